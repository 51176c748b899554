polgrid matrix -f fixtures/evil.yaml -o csv 2>/dev/null
