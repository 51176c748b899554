polgrid policies -f fixtures/plugins.yaml -o json
