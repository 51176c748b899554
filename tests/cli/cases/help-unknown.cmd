polgrid help wyh
