polgrid why -f fixtures/shop.yaml shop/apu ops/scraper:80
