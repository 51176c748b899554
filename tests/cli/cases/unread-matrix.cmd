polgrid matrix -f fixtures/pods-refused.yaml
