polgrid why -f fixtures/shop.yaml ops/scraper shop/web-7d4f9-aaaaa
