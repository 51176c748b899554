polgrid policies -f fixtures/shop.yaml 192.0.2.1
