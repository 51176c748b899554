polgrid matrix -f fixtures/shop.yaml --by pod --port 8080
