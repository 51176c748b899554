polgrid help entries
