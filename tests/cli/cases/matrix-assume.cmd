polgrid matrix -f fixtures/shop.yaml --by namespace --assume pod-cidr=10.0.0.0/16 --assume self=policy
