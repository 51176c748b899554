polgrid why -f fixtures/shop.yaml ops/scraper shop/svc/web:80
