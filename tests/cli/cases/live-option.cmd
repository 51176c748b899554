polgrid matrix --context prod
