polgrid matrix -f fixtures/evil.yaml
