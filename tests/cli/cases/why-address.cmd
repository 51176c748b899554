polgrid why -f fixtures/shop.yaml 198.51.100.7 shop/web-7d4f9-aaaaa:443
