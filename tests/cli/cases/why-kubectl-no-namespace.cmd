polgrid why -f fixtures/shop.yaml deploy/web shop/api:8080
