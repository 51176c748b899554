polgrid why -f fixtures/shop.yaml node/n1 shop/api:8080
