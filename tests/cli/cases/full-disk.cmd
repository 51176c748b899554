polgrid version >/dev/full
