polgrid why -f fixtures/shop.yaml "shop/settle[CronJob]" shop/cronjob/settle:80
