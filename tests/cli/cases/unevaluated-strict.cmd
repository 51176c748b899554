polgrid why -f fixtures/unevaluated.yaml z/b z/b:80 --strict
