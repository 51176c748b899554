polgrid why -f fixtures/families.yaml x/b "[2001:db8::1]:443"
