polgrid why -f fixtures/limited.yaml shop/p-0000 shop/nobody:80
