#!/usr/bin/env bash
# style.sh: what neither the compiler nor the formatter says about a source.
set -u
. "$(dirname "$0")/../tap.sh"
src=${PG_SRC:-.}
cd "$src" || exit 1
max_lines=800
CC=${CC:-cc}

mapfile -t c_files < <(find src include tests -name '*.[ch]' | LC_ALL=C sort)
mapfile -t public < <(find include/polgrid -name '*.h' | LC_ALL=C sort)
mapfile -t scripts < <(find src tests -name '*.sh' -o -name '*.py' | LC_ALL=C sort)
[ ! -e bootstrap ] || scripts+=(bootstrap)
makefiles=(Makefile.am configure.ac)
mapfile -t -O 2 makefiles < <(find . -name local.mk -not -path './build*' | LC_ALL=C sort)

# none NAME [HIT...]: the case holds when there are no hits.
none() {
    local name=$1
    shift
    if [ $# -eq 0 ]; then tap_ok "$name"; else tap_fail "$name" "$@"; fi
}

# Calls are stopped by the compiler (banned.h); this finds the ones behind an #if. The names are banned.h's own.
# A comment may speak of a function, but not as `name(': simpler than to parse C here.
banned=$(sed -nE 's/^#define ([a-z]+)\(\.\.\.\).*/\1/p' src/base/banned.h | paste -sd'|' -)
mapfile -t hits < <(grep -nE "(^|[^A-Za-z0-9_])($banned)[[:blank:]]*\(" "${c_files[@]}" /dev/null |
    grep -v '^src/base/banned\.h:')
if [ -z "$banned" ]; then
    tap_fail "no banned function" "src/base/banned.h names none"
else
    none "no banned function" ${hits[@]+"${hits[@]}"}
fi

# What a reviewer sees must be what the compiler reads (CVE-2021-42574). A test that needs one writes it as an escape.
bidi=()
for bytes in $'\xe2\x80\xaa' $'\xe2\x80\xab' $'\xe2\x80\xac' $'\xe2\x80\xad' $'\xe2\x80\xae' $'\xe2\x81\xa6' \
    $'\xe2\x81\xa7' $'\xe2\x81\xa8' $'\xe2\x81\xa9' $'\xe2\x80\x8e' $'\xe2\x80\x8f' $'\xd8\x9c'; do
    bidi+=(-e "$bytes")
done
mapfile -t hits < <(LC_ALL=C grep -nF "${bidi[@]}" -- "${c_files[@]}" "${scripts[@]}" "${makefiles[@]}" /dev/null)
none "no bidirectional control characters" ${hits[@]+"${hits[@]}"}

mapfile -t hits < <(grep -nF $'\t' -- "${c_files[@]}" "${scripts[@]}" /dev/null)
none "no tabs" ${hits[@]+"${hits[@]}"}

mapfile -t hits < <(grep -nE '[[:blank:]]+$' -- "${c_files[@]}" "${scripts[@]}" "${makefiles[@]}" /dev/null)
none "no blanks at the end of a line" ${hits[@]+"${hits[@]}"}

hits=()
for file in "${c_files[@]}"; do
    lines=$(wc -l <"$file")
    [ "$lines" -lt "$max_lines" ] || hits+=("$file: $lines lines")
done
none "files are shorter than $max_lines lines" ${hits[@]+"${hits[@]}"}

mapfile -t hits < <(grep -nE 'typedef[[:blank:]]+(struct|union)[[:blank:]]+pg_' "${c_files[@]}" /dev/null)
none "no typedef of a struct pg_" ${hits[@]+"${hits[@]}"}

# The header is the contract: what a source defines for others, a header of its own room declares.
hits=()
for file in "${c_files[@]}"; do
    case $file in src/*/*.c) ;; *) continue ;; esac
    module=$(basename "$file" .c)
    if [ -e "include/polgrid/$module.h" ]; then
        grep -qE "^#include [\"<]polgrid/$module\.h[\">]" "$file" ||
            hits+=("$file: does not include its own header, polgrid/$module.h")
    elif [ -e "$(dirname "$file")/$module.h" ]; then
        grep -qE "^#include \"$module\.h\"" "$file" || hits+=("$file: does not include its own header, $module.h")
    elif ! grep -qE '^#include ("[^/]*\.h"|["<]polgrid/)' "$file"; then
        hits+=("$file: no header declares it: include/polgrid/$module.h, or a private one in $(dirname "$file")")
    fi
    mapfile -t prototypes < <(grep -nE '^(extern )?[a-z].*[ *]pg_[a-z0-9_]+\(.*\);$' "$file" | grep -vE ':(static|return|[[:blank:]])')
    for line in ${prototypes[@]+"${prototypes[@]}"}; do
        hits+=("$file:$line: a prototype belongs in a header")
    done
done
none "every module has a header" ${hits[@]+"${hits[@]}"}

# A header that leans on what was included before it breaks its next user. Without -include: banned.h would hide it.
if command -v "${CC%% *}" >/dev/null 2>&1; then
    hits=()
    for file in "${public[@]}"; do
        # shellcheck disable=SC2086 # CC may carry flags
        said=$(printf '#include "%s"\n' "${file#include/}" |
            ${CC} -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Iinclude -x c - 2>&1) ||
            hits+=("$file: $said")
    done
    none "every public header compiles alone" ${hits[@]+"${hits[@]}"}
else
    tap_skip "every public header compiles alone" "no compiler"
fi

tap_done
