polgrid why -f fixtures/shop.yaml -o svg shop/api ops/scraper
