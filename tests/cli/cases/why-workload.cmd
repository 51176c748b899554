polgrid why -f fixtures/shop.yaml ops/scraper shop/deployment/web:http
