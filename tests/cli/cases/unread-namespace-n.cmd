polgrid policies -f fixtures/limited.yaml -n payments
