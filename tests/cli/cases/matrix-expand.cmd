polgrid matrix -f fixtures/shop.yaml --expand
