# tap.sh: what the shell tests share; sourced by them. Prints TAP, which tests/driver.sh counts.
#   tap_ok NAME              a case that holds
#   tap_fail NAME [TEXT...]  one that does not, with what was seen
#   tap_skip NAME REASON     one that cannot be asked here
#   tap_is NAME GOT WANTED   equal texts
#   tap_done                 the plan, at the end; its absence tells that the script stopped early
# shellcheck shell=bash
tap_count=0
tap_failures=0

tap_ok() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' "$tap_count" "$1"
}

tap_fail() {
    tap_count=$((tap_count + 1))
    tap_failures=$((tap_failures + 1))
    printf 'not ok %d - %s\n' "$tap_count" "$1"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/#   /'
}

tap_skip() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

tap_is() {
    if [ "$2" = "$3" ]; then
        tap_ok "$1"
    else
        tap_fail "$1" "got:    $2" "wanted: $3"
    fi
}

tap_done() {
    printf '1..%d\n' "$tap_count"
    [ "$tap_failures" -eq 0 ]
}
