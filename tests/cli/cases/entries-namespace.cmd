polgrid entries -f fixtures/entries.yaml -n nowhere
