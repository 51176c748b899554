polgrid why -f fixtures/pods-refused.yaml shop/web pay/api:80
