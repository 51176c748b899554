#!/usr/bin/env bash
# demo.sh: what the built-in demo holds, asked one by one.
set -u
here=$(dirname "$0")
exec python3 "$here/run.py" --tap "$POLGRID" "$here/demo-questions"
