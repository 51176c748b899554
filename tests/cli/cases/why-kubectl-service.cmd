polgrid why -f fixtures/shop.yaml -n ops scraper svc/web:http; polgrid why -f fixtures/shop.yaml -n shop ops/scraper svc/web:http
