polgrid matirx
