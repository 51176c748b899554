polgrid why -f fixtures/shop.yaml shop/api shop/svc/web:81
