polgrid matrix -f fixtures/shop.yaml -o wide --from "shop/*" --to ops
