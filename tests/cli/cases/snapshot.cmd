polgrid snapshot --demo -o "$SCRATCH/s.yaml" && stat -c %a "$SCRATCH/s.yaml"
head -14 "$SCRATCH/s.yaml"
polgrid matrix --demo >"$SCRATCH/a"; polgrid matrix -f "$SCRATCH/s.yaml" >"$SCRATCH/b" 2>/dev/null
cmp "$SCRATCH/a" "$SCRATCH/b" && echo same
polgrid snapshot --demo -o "$SCRATCH/no/such/directory.yaml" 2>&1 | sed "s|$SCRATCH|SCRATCH|"
exit "${PIPESTATUS[0]}"
