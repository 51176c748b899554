for list in /missing /missing:/neither :; do KUBECONFIG=$list polgrid matrix 2>&1 | sed -n 1p; done
KUBECONFIG=/missing polgrid matrix --context c 2>&1 | sed -n 1p
exit "${PIPESTATUS[0]}"
