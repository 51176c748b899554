polgrid why -f fixtures/families.yaml x/a x/b:80 --assume family=6
