polgrid why -f fixtures/entries.yaml shop/deployment/web shop/svc/api:80
