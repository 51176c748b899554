#!/bin/sh
# driver.sh: runs one test for automake's parallel harness, and counts its cases.
#
# A test that prints TAP (cmocka does under CMOCKA_MESSAGE_OUTPUT=TAP, shell tests through tap.sh) counts once for every
# `ok' and `not ok'; any other test counts once, by its exit status: 0 passed, 77 skipped, else failed. automake's own
# tap-driver.sh is not used because a cmocka program with two groups prints two plans, which it rejects, and because it
# lets a test that hangs hang the whole run.
#
# Adds a failed case of its own where the cases alone would look well: fewer cases than planned (a crash in the middle),
# no plan at all, an exit status that no failed case explains, or TEST_TIMEOUT seconds (default 600) gone by.
set -u

name= log= trs= color=no expect_failure=no
while [ $# -gt 0 ]; do
    case $1 in
    --test-name) name=$2; shift 2 ;;
    --log-file) log=$2; shift 2 ;;
    --trs-file) trs=$2; shift 2 ;;
    --color-tests) color=$2; shift 2 ;;
    --expect-failure) expect_failure=$2; shift 2 ;;
    --enable-hard-errors | --collect-skipped-logs) shift 2 ;;
    --) shift; break ;;
    -*) echo "driver.sh: unknown option $1" >&2; exit 2 ;;
    *) break ;;
    esac
done
if [ -z "$name" ] || [ -z "$log" ] || [ -z "$trs" ] || [ $# -eq 0 ]; then
    echo "driver.sh: automake runs this; to run one test: make check TESTS=tests/unit/map" >&2
    exit 2
fi

limit=${TEST_TIMEOUT:-600}
if command -v timeout >/dev/null 2>&1; then
    timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
else
    "$@" >"$log" 2>&1 </dev/null
fi
status=$?

LC_ALL=C awk -v name="$name" -v status="$status" -v limit="$limit" -v color="$color" \
    -v expect_failure="$expect_failure" -v trs="$trs" '
function paint(code, text) { return color == "yes" ? "\033[" code "m" text "\033[0m" : text }
function result(kind, what) {
    if (expect_failure == "yes")
        kind = kind == "PASS" ? "XPASS" : kind == "FAIL" ? "XFAIL" : kind
    count[kind]++
    gsub(/[^ -~\200-\377]/, "?", what)
    print ":test-result: " kind " " what > trs
    if (kind == "FAIL" || kind == "XPASS")
        print paint("1;31", kind) ": " name ": " what
}
function title(line) {
    sub(/^(not )?ok *[0-9]* *(- *)?/, "", line)
    return line == "" ? "case " cases : line
}
BEGIN { printf "" > trs }
/^1\.\.[0-9]+/ {
    plans++; split(substr($0, 4), word, " "); planned += word[1]
    if (word[1] == 0) { reason = $0; sub(/^1\.\.0[ #]*/, "", reason) }
}
/^ok([ \t]|$)/ { cases++; result(toupper($0) ~ /# *SKIP/ ? "SKIP" : "PASS", title($0)) }
# cmocka before 1.1.6 says "not ok 2 # SKIP name" of a case that was skipped.
/^not ok([ \t]|$)/ {
    cases++
    line = toupper($0)
    result(line ~ /# *SKIP/ ? "SKIP" : line ~ /# *TODO/ ? "XFAIL" : "FAIL", title($0))
}
/^Bail out!/ { bailed = 1; result("FAIL", $0) }
END {
    failed = count["FAIL"]
    if (status == 124)
        result("FAIL", "stopped: took more than " limit " s (TEST_TIMEOUT)")
    else if (bailed)
        ;
    else if (cases + plans == 0)
        result(status == 0 ? "PASS" : status == 77 ? "SKIP" : "FAIL",
               status == 0 || status == 77 ? "exit status" : "exit status " status)
    else if (plans == 0)
        result("FAIL", "stopped after " cases " cases: no plan, exit status " status)
    else if (cases != planned)
        result("FAIL", "planned " planned " cases, ran " cases + 0 ", exit status " status)
    else if (cases == 0)
        result("SKIP", reason)
    else if (status != 0 && !failed)
        result("FAIL", "exit status " status)

    bad = count["FAIL"] + count["XPASS"]
    good = count["PASS"] + count["XFAIL"]
    kind = bad ? "FAIL" : good ? "PASS" : "SKIP"
    print ":global-test-result: " kind > trs
    print ":recheck: " (bad ? "yes" : "no") > trs
    print ":copy-in-global-log: " (bad ? "yes" : "no") > trs
    text = name " (" good + 0 " passed"
    if (bad) text = text ", " bad " failed"
    if (count["SKIP"]) text = text ", " count["SKIP"] " skipped"
    print paint(kind == "FAIL" ? "1;31" : kind == "PASS" ? "32" : "1;34", kind) ": " text ")"
}' "$log"
