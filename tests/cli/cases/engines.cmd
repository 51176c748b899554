polgrid policies -f fixtures/engines.yaml --strict
