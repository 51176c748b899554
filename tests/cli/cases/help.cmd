polgrid help
