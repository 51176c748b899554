#!/bin/sh
# sum.sh NAME FILE.trs...: adds up what the tests recorded and prints, last, `NAME: N passed, N failed'. A test without a
# record did not run, and failed. Exit status 0 only when there were results and nothing failed.
set -u
name=$1
shift
missing=0
for trs; do
    [ -e "$trs" ] && continue
    echo "not run: ${trs%.trs}"
    missing=$((missing + 1))
    set -- "$@" /dev/null # awk must not stop at the file that is not there
done
for trs; do
    shift
    [ -e "$trs" ] && set -- "$@" "$trs"
done
LC_ALL=C awk -v name="$name" -v missing="$missing" '
$1 == ":test-result:" { count[$2]++; if ($2 == "SKIP") { sub(/^:test-result: SKIP /, ""); skip[++skips] = FILENAME ": " $0 } }
END {
    passed = count["PASS"] + count["XFAIL"]
    failed = count["FAIL"] + count["ERROR"] + count["XPASS"] + missing
    for (i = 1; i <= skips; i++) { sub(/\.trs:/, ":", skip[i]); print "skipped: " skip[i] }
    printf "%s: %d passed, %d failed\n", name, passed, failed
    exit failed || !(passed + skips)
}' /dev/null "$@"
