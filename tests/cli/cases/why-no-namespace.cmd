polgrid why -f fixtures/shop.yaml shup/api ops/scraper:80
