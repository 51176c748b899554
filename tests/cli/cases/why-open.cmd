polgrid why -f fixtures/rejected.yaml x/a x/b 2>/dev/null
