polgrid why -f fixtures/shop.yaml 10.0.0.0/8 shop/web-7d4f9-aaaaa:443
