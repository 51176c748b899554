polgrid why -f fixtures/pods-refused.yaml shop/web shop/api:80
