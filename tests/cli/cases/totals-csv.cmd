polgrid matrix --demo --totals -o csv
