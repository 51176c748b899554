polgrid matrix --demo --totals --port 8080/TCP -o json
