#!/usr/bin/env bash
# selftest.sh: run.py notices a wrong verdict, reason, place or exit status.
set -u
exec python3 "$(dirname "$0")/run.py" --self-test --tap
