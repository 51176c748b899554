KUBECONFIG=fixtures/kubeconfig.yaml polgrid matrix 2>&1 | sed 's|^kubeconfig: .*/|kubeconfig: DIRECTORY/|'
exit "${PIPESTATUS[0]}"
