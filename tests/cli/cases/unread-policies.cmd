polgrid policies -f fixtures/pods-refused.yaml
