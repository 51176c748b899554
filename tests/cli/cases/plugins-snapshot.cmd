# Of arguments, environment and annotations a snapshot has what tells of plugins; of that it says the same.
polgrid snapshot -f fixtures/plugins.yaml -o "$SCRATCH/p.yaml" 2>/dev/null && polgrid snapshot -f fixtures/plugins.yaml -o "$SCRATCH/p.json" 2>/dev/null
grep -c hunter2 "$SCRATCH/p.yaml" "$SCRATCH/p.json" | sed 's|.*/||'
grep -A2 args "$SCRATCH/p.yaml"
for file in fixtures/plugins.yaml "$SCRATCH/p.yaml" "$SCRATCH/p.json"; do
    polgrid policies -f "$file" -o json 2>/dev/null | sed -n '/"enforcement"/,/^  }/p' >"$SCRATCH/$(basename "$file").said"
done
cmp "$SCRATCH/plugins.yaml.said" "$SCRATCH/p.yaml.said" && cmp "$SCRATCH/plugins.yaml.said" "$SCRATCH/p.json.said" && echo same
