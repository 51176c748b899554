polgrid why -f fixtures/shop.yaml shop/web shop/web:80
