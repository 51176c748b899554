polgrid why -f ../../data/examples/nodeport-source/manifests 203.0.113.9 shop/svc/web-cluster:80
