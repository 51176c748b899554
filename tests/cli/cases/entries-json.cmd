polgrid entries -f fixtures/entries.yaml -o json
