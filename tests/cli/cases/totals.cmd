polgrid matrix --demo --totals
