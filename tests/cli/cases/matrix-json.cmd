polgrid matrix -f fixtures/shop.yaml -o json
