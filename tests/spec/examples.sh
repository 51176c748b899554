#!/usr/bin/env bash
# examples.sh: the examples that people read, asked one by one.
set -u
# Questions to a Service (svc:) are shown as skipped: why does not take one yet.
here=$(dirname "$0")
exec python3 "$here/run.py" --tap "$POLGRID" "$here/../../data/examples"
