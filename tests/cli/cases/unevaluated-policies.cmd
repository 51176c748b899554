polgrid policies -f fixtures/unevaluated.yaml -o wide
