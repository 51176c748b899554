polgrid matrix -f fixtures/shop.yaml --from shop/po/api --to shop/deploy/web
