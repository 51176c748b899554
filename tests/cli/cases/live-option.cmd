polgrid matrix --demo --context prod
