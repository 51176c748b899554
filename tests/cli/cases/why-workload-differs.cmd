polgrid why -f fixtures/shop.yaml 198.51.100.200 shop/deploy/web:80
