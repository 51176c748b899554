polgrid matrix -f fixtures/shop.yaml --from nowhere
