polgrid matrix -f fixtures/flannel.yaml --assume assume-enforced=no --strict
