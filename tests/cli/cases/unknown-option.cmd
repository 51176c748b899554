polgrid why --demp a b
