polgrid why -f fixtures/shop.yaml 198.51.0.0/16 shop/web-7d4f9-aaaaa:443
