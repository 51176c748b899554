#!/usr/bin/env bash
# frames.sh: replays every script of cases/ and compares the frames with golden/, byte for byte.
#   UPDATE=1 bash tests/frames/frames.sh     writes golden/ anew; look at `git diff` before believing it
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
replay=${PG_BUILD:-.}/tests/frames/replay
update=${UPDATE:-}
out=$(mktemp "${TMPDIR:-/tmp}/polgrid-frames.XXXXXX") || exit 1
trap 'rm -f "$out"' EXIT

if [ ! -x "$replay" ]; then
    echo "Bail out! no $replay: make check builds it"
    exit 1
fi
for script in "$here"/cases/*.keys; do
    name=$(basename "$script" .keys)
    golden=$here/golden/$name.txt
    if ! "$replay" "$script" "$here/fixtures" >"$out" 2>&1; then
        tap_fail "$name" "$(tail -n 20 "$out")"
        continue
    fi
    [ -z "$update" ] || cp "$out" "$golden"
    if difference=$(diff -u "$golden" "$out" 2>&1); then
        tap_ok "$name"
    else
        tap_fail "$name" "$(printf '%s\n' "$difference" | head -n 60)"
    fi
done
# A golden frame that no script makes any more would pass for ever.
for golden in "$here"/golden/*.txt; do
    name=$(basename "$golden" .txt)
    [ -e "$here/cases/$name.keys" ] || tap_fail "$name has a script" "cases/$name.keys is missing"
done
tap_done
status=$?
echo "$((tap_count - tap_failures)) passed, $tap_failures failed"
exit $status
