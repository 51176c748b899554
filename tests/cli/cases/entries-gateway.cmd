polgrid entries -f ../../data/examples/gateway-httproute/manifests
