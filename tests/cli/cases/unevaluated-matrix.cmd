polgrid matrix -f fixtures/unevaluated.yaml
