for list in /missing /missing:/neither :; do KUBECONFIG=$list polgrid matrix 2>&1 | head -n 1; done
KUBECONFIG=/missing polgrid matrix --context c 2>&1 | head -n 1
exit "${PIPESTATUS[0]}"
