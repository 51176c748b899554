polgrid policies -f fixtures/shop.yaml -n ops
