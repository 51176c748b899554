polgrid why -f fixtures/broken.yaml x/a x/b
