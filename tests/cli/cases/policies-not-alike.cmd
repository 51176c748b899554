polgrid policies -f fixtures/shop.yaml shop/deploy/web
