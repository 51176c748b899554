polgrid why -f fixtures/shop.yaml 192.168.0.1 shop/web-7d4f9-aaaaa:1 -o json
