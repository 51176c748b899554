polgrid policies -f fixtures/shop.yaml -o wide
