polgrid matrix -h
