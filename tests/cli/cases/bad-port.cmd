polgrid why -f fixtures/shop.yaml shop/api ops/scraper:70000
