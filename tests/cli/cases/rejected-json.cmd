polgrid why -f fixtures/rejected.yaml x/a x/b:80 -o json
