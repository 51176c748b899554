polgrid
