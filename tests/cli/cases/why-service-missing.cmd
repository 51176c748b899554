polgrid why -f fixtures/shop.yaml shop/api shop/svc/db:81
