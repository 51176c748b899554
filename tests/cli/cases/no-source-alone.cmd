polgrid 2>"$SCRATCH/err.txt"
status=$?
sed "s|$SCRATCH|SCRATCH|" "$SCRATCH/err.txt" >&2
exit $status
