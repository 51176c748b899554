polgrid matrix -f fixtures/shop.yaml --assume self=maybe
