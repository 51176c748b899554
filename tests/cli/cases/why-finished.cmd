polgrid why -f fixtures/shop.yaml shop/done ops/scraper:80
