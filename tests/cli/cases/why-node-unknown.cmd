polgrid why -f fixtures/shop.yaml node/n1 "shop/settle[CronJob]:1"
