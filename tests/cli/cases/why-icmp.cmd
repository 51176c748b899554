polgrid why -f fixtures/shop.yaml ops/scraper shop/api:/ICMP -o json
