polgrid matrix -f fixtures/evil.yaml -o md 2>/dev/null
