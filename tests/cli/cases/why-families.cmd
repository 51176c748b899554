polgrid why -f fixtures/families.yaml x/a x/b:80 -o json
