polgrid why -f fixtures/unevaluated.yaml z/b x/a:80 -o json
