polgrid policies -f fixtures/shop.yaml
