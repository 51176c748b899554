polgrid why -f ../../data/examples/api-server-egress/manifests operators/by-cluster-ip 10.96.0.1:443
