polgrid why -f fixtures/shop.yaml 192.0.2.1 192.0.2.2:443
