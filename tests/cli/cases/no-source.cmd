polgrid matrix
