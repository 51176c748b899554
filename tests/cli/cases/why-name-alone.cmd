polgrid why -f fixtures/shop.yaml -n shop api ops/scraper:80
