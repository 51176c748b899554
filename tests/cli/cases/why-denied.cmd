polgrid why -f fixtures/shop.yaml shop/web-7d4f9-aaaaa shop/api:8080
