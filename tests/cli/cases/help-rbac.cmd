# Four objects, which have no say in the network.
polgrid help rbac | polgrid matrix -f - 2>&1 >/dev/null
