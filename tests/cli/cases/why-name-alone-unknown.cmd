polgrid why -f fixtures/shop.yaml api ops/scraper:80
