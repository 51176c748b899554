polgrid matrix --demo --totals --from dev
