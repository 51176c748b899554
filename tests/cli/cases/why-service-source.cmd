polgrid why -f fixtures/shop.yaml shop/svc/web shop/api:80
