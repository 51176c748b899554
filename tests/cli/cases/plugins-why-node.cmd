polgrid why -f fixtures/plugins.yaml node/linux-1 shop/web:8080
