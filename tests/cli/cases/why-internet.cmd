polgrid why -f fixtures/shop.yaml shop/api internet:443
