polgrid matrix -f fixtures/shop.yaml --by namespace
