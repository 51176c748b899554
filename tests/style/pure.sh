#!/usr/bin/env bash
# pure.sh: src/eval answers from what it is given and nothing else. What its objects call is held against a list, so a
# new dependency on the world (the clock, a file, the locale, the heap) is a failure, not a surprise; and they may hold
# no data that can be written to.
set -u
. "$(dirname "$0")/../tap.sh"
src=${PG_SRC:-.}
build=${PG_BUILD:-.}
nm=${NM:-nm}

# Patterns of `case'. The _chk and isoc twins are what the headers make of the plain names.
allowed() {
    case $1 in
    pg_clock_* | pg_err_*) return 1 ;; # the clock and the errors of base are the world too
    pg_*) ;;
    memcpy | memmove | memset | memcmp | memchr | memrchr | memmem | mempcpy | rawmemchr) ;;
    strlen | strnlen | strcmp | strncmp | strchr | strrchr | strchrnul | strspn | strcspn | strpbrk | strstr) ;;
    qsort | bsearch | abs | labs | llabs) ;;
    snprintf | vsnprintf | __snprintf_chk | __vsnprintf_chk) ;;
    __memcpy_chk | __memmove_chk | __memset_chk | __mempcpy_chk) ;;
    abort | __assert_fail | __assert_rtn | __assert) ;;
    __stack_chk_fail | __stack_chk_guard | __stack_chk_fail_local | _GLOBAL_OFFSET_TABLE_) ;;
    __asan_* | __ubsan_* | __sanitizer_* | __gcov_* | __llvm_* | __fentry__) ;;
    __popcountdi2 | __ctzdi2 | __clzdi2 | __udivti3 | __umodti3 | __multi3) ;; # the compiler's own arithmetic
    *) return 1 ;;
    esac
}

objects=0
for object in "$build"/src/eval/*.o; do
    [ -e "$object" ] || continue
    module=$(basename "$object" .o)
    module=${module#libstrict_a-}
    [ -e "$src/src/eval/$module.c" ] || continue # left over from a source that is gone
    objects=$((objects + 1))

    wrong=()
    while read -r symbol; do
        allowed "$symbol" || wrong+=("calls $symbol")
    done < <("$nm" -u "$object" | awk '{ print $NF }' | sed 's/@.*//' | grep -v ':$')
    # .data.rel.ro is constant once loaded: tables of pointers.
    while read -r symbol; do
        wrong+=("holds $symbol, which can be written to")
    done < <("$nm" -f sysv "$object" | awk -F'|' '
        { gsub(/ /, ""); section = $NF; name = $1 }
        section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && section !~ /^\.data\.rel\.ro/ && $4 != "SECTION" { print name }')

    if [ ${#wrong[@]} -eq 0 ]; then
        tap_ok "src/eval/$module.c is pure"
    else
        tap_fail "src/eval/$module.c is pure" "${wrong[@]}"
    fi
done
if [ "$objects" -eq 0 ]; then
    tap_skip "src/eval is pure" "no objects in $build/src/eval"
fi
tap_done
