polgrid policies -f fixtures/shop.yaml shop/api
