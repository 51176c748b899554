polgrid why -f fixtures/families.yaml x/four x/six:80 -o json
