polgrid matrix -f fixtures/shop.yaml -o csv --from shop/web-7d4f9-bbbbb --to internet
