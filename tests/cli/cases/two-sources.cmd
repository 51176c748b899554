polgrid matrix --demo -f fixtures/shop.yaml
