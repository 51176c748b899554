polgrid policies -f fixtures/engines.yaml -o json --assume engine=cilium
