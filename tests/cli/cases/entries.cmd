polgrid entries -f fixtures/entries.yaml
