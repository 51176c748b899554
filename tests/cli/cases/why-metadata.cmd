polgrid why -f ../../data/examples/api-server-egress/manifests operators/by-endpoint 169.254.169.254:80
