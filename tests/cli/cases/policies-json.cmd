polgrid policies -f fixtures/shop.yaml shop/web-7d4f9-bbbbb -o json
