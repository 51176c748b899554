polgrid why -f fixtures/shop.yaml 10.0.1.1 10.0.0.1:8080 -o json
