#!/usr/bin/env bash
# run.sh [NAME...]: command lines against golden output. A case is cases/NAME.cmd, run by bash in this directory, where
# `polgrid' is the program; NAME.out, NAME.err (no file: nothing) and NAME.status (no file: 0) are what must come of it.
# UPDATE=1 writes them anew, to be read before they are committed.
set -u
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")" || exit 1
PG_BUILD=${PG_BUILD:-$PWD/../..}
POLGRID=${POLGRID:-$PG_BUILD/polgrid}
export POLGRID PG_BUILD
scratch=$(mktemp -d "${TMPDIR:-/tmp}/polgrid-cli.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 HOME=$scratch SCRATCH=$scratch
unset NO_COLOR TERM KUBECONFIG KUBERNETES_SERVICE_HOST

polgrid() { "$POLGRID" "$@"; }
kubectl_polgrid() { "$PG_BUILD/kubectl-polgrid" "$@"; }
export -f polgrid kubectl_polgrid

# wanted FILE DEFAULT: prints the file, or the default where there is none.
wanted() {
    if [ -e "$1" ]; then cat "$1"; else printf %s "$2"; fi
}

# keep GOT FILE DEFAULT: makes the file what was got; no file where that is the default.
keep() {
    if [ "$(cat "$1")" = "$3" ]; then rm -f "$2"; else cp "$1" "$2"; fi
}

run() {
    local name=$1 wrong=()
    bash "cases/$name.cmd" >"$scratch/out" 2>"$scratch/err" </dev/null
    echo $? >"$scratch/status"
    if [ -n "${UPDATE:-}" ]; then
        keep "$scratch/out" "cases/$name.out" ""
        keep "$scratch/err" "cases/$name.err" ""
        keep "$scratch/status" "cases/$name.status" 0
    fi
    for part in out err; do
        mapfile -t -O "${#wrong[@]}" wrong < <(wanted "cases/$name.$part" "" |
            diff -u --label "$name.$part" - --label got "$scratch/$part" | head -n 30)
    done
    mapfile -t -O "${#wrong[@]}" wrong < <(wanted "cases/$name.status" $'0\n' |
        diff -u --label "$name.status" - --label got "$scratch/status")
    if [ ${#wrong[@]} -eq 0 ]; then tap_ok "$name"; else tap_fail "$name" "${wrong[@]}"; fi
}

if [ $# -eq 0 ]; then
    for file in cases/*.cmd; do
        file=${file#cases/}
        set -- "$@" "${file%.cmd}"
    done
fi
for name; do run "$name"; done

# What no case asks for would be kept for ever.
for file in cases/*; do
    [ -e "${file%.*}.cmd" ] || tap_fail "$file" "there is no ${file%.*}.cmd"
done
echo "# $((tap_count - tap_failures)) passed, $tap_failures failed"
tap_done
