#!/usr/bin/env bash
# cached.sh: the tests against a real API server, where one was built on this machine before.
exec python3 "$(dirname "$0")/check.py" --cached
