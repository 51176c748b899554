polgrid matrix --kubeconfig fixtures/kubeconfig.yaml --server https://127.0.0.1:1 2>&1 | sed 's|^kubeconfig: .*/|kubeconfig: DIRECTORY/|'
exit "${PIPESTATUS[0]}"
