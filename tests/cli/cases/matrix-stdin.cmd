cat fixtures/dir/below/two.json | polgrid matrix -f - -f fixtures/dir/one.yaml --by pod -n elsewhere
