polgrid why -f fixtures/limited.yaml shop/p-0000 payments/api:80
