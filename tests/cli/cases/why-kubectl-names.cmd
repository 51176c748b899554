polgrid why -f fixtures/shop.yaml -n shop deploy/web pod/api:8080
