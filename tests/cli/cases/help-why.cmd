polgrid help why
