#!/usr/bin/env bash
# core.sh: the cases of the semantics, asked one by one.
set -u
# Questions to a Service (svc:) are shown as skipped: why does not take one yet.
here=$(dirname "$0")
exec python3 "$here/run.py" --tap "$POLGRID" "$here/vectors"
