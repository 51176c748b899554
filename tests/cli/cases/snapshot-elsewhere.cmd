# What is no file is written to; a link stays, and what it leads to is replaced.
touch "$SCRATCH/file.yaml" && ln -s file.yaml "$SCRATCH/link.yaml"
polgrid snapshot --demo -o "$SCRATCH/link.yaml"
readlink "$SCRATCH/link.yaml"; grep -c ^kind: "$SCRATCH/file.yaml"; stat -c %a "$SCRATCH/file.yaml"
mkfifo "$SCRATCH/pipe.yaml"
timeout 20 grep -c ^kind: "$SCRATCH/pipe.yaml" &
timeout 20 "$POLGRID" snapshot --demo -o "$SCRATCH/pipe.yaml" && wait
stat -c %F "$SCRATCH/pipe.yaml"; ls "$SCRATCH" | grep -cE '^(file|link|pipe)[.]yaml[.]'
polgrid snapshot --demo -o /dev/fd/1 | grep -c ^kind:
polgrid snapshot --demo -o "$SCRATCH" 2>&1 | sed "s|$SCRATCH|SCRATCH|"
exit "${PIPESTATUS[0]}"
