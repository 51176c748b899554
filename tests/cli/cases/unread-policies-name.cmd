polgrid policies -f fixtures/pods-refused.yaml -o name 2>/dev/null
