# Of arguments, environment and annotations a snapshot has what tells of plugins; of that it says the same.
dir=$SCRATCH/plugins; mkdir "$dir"; cp fixtures/plugins.yaml "$dir/source.yaml"
for kind in yaml json; do polgrid snapshot -f "$dir/source.yaml" -o "$dir/taken.$kind" 2>/dev/null; done
grep -c hunter2 "$dir/taken.yaml" "$dir/taken.json" | sed 's|.*/||'
grep -A2 args "$dir/taken.yaml"
said() { polgrid policies -f "$1" -o json 2>/dev/null | sed -n '/"enforcement"/,/^  }/p'; }
for file in "$dir"/*.*; do said "$file" | cmp - <(said fixtures/plugins.yaml) && basename "$file"; done
