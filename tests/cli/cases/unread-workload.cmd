polgrid why -f fixtures/limited.yaml shop/p-0000 shop/deploy/api:80
