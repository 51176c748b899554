polgrid matrix -f fixtures/shop.yaml -o json --from ops/scraper --to "shop/web" --expand
