kubectl_polgrid help version && kubectl_polgrid wyh
