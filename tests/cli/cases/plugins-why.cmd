polgrid why -f fixtures/plugins.yaml shop/client shop/web:8005
