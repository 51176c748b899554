polgrid matrix -f fixtures/missing.yaml
