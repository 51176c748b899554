polgrid why -f fixtures/unevaluated.yaml z/b x/a:80
