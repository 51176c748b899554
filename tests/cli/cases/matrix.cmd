polgrid -f fixtures/shop.yaml
