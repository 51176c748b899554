polgrid matrix -f fixtures/flannel.yaml -o csv
