#!/usr/bin/env bash
# selftest.sh: a check that cannot fail proves nothing. Plants one violation at a time in a small tree of its own, and
# expects the check that is meant for it to fail, and to name the file.
set -u
. "$(dirname "$0")/../tap.sh"
style=$(cd "$(dirname "$0")" && pwd)
CC=${CC:-cc}
tree=$(mktemp -d "${TMPDIR:-/tmp}/polgrid-style.XXXXXX") || exit 1
trap 'rm -rf "$tree"' EXIT

# A tree with one file in each room, in which every check passes.
plant_clean() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/include/polgrid" "$tree/tests" "$tree/build/src/eval"
    cp "$style/../../src/base/banned.h" "$style/../../.clang-format" "$tree/" 2>/dev/null
    touch "$tree/Makefile.am" "$tree/configure.ac"
    local pair room module
    for pair in base:arena model:cluster load:load eval:eval grid:grid report:report cli:cli tui:tui curses:term; do
        room=${pair%:*} module=${pair#*:}
        mkdir -p "$tree/src/$room"
        printf 'int pg_%s_one(int a);\n' "$module" >"$tree/include/polgrid/$module.h"
        printf '#include "polgrid/%s.h"\n\nint pg_%s_one(int a)\n{\n    return a + 1;\n}\n' "$module" "$module" \
            >"$tree/src/$room/$module.c"
    done
    mv "$tree/banned.h" "$tree/src/base/banned.h"
    printf '#include <curses.h>\n' >>"$tree/src/curses/term.c"
    printf '#include <yaml.h>\n#include <jansson.h>\n' >>"$tree/src/load/load.c"
}

# check SCRIPT: runs it on the tree; the output is in $said.
check() {
    said=$(PG_SRC=$tree PG_BUILD=$tree/build CC=$CC PG_FORMAT_ANY=1 bash "$style/$1" 2>&1)
}

# caught SCRIPT NAME TEXT: the script must fail now, with TEXT somewhere in a failed case.
caught() {
    if check "$1"; then
        tap_fail "$1 catches $2" "it passed:" "$said"
    elif ! printf '%s\n' "$said" | grep -E '^(not ok|#)' | grep -qF -e "$3"; then
        tap_fail "$1 catches $2" "it failed, but did not say '$3':" "$said"
    else
        tap_ok "$1 catches $2"
    fi
    plant_clean
}

clean() {
    if check "$1"; then
        tap_ok "$1 passes a clean tree"
    else
        tap_fail "$1 passes a clean tree" "$said"
    fi
}

# object TEXT: src/eval/eval.c becomes TEXT and is compiled to where pure.sh looks.
object() {
    printf '%s\n' "$1" >"$tree/src/eval/eval.c"
    # shellcheck disable=SC2086 # CC may carry flags
    $CC -std=c17 -O1 -D_GNU_SOURCE -c -o "$tree/build/src/eval/libstrict_a-eval.o" "$tree/src/eval/eval.c"
}

plant_clean
clean includes.sh
echo '#include "polgrid/eval.h"' >>"$tree/src/base/arena.c"
caught includes.sh "base seeing eval" "src/base/arena.c:7"
echo '#include <polgrid/tui.h>' >>"$tree/src/cli/cli.c"
caught includes.sh "cli seeing tui" "cli may not see tui"
echo '# include "polgrid/load.h"' >>"$tree/include/polgrid/eval.h"
caught includes.sh "a public header seeing too much" "include/polgrid/eval.h:2"
echo '#include <curses.h>' >>"$tree/src/tui/tui.c"
caught includes.sh "curses.h outside of curses" "only curses may include curses.h"
echo '#include <yaml.h>' >>"$tree/src/model/cluster.c"
caught includes.sh "yaml.h outside of load" "only load may include yaml.h"
echo '#include <jansson.h>' >>"$tree/src/report/report.c"
caught includes.sh "jansson.h outside of load" "only load or live may include jansson.h"
echo '#include "../eval/eval.h"' >>"$tree/src/grid/grid.c"
caught includes.sh "a path into another room" "src/grid/grid.c"
echo 'int pg_novel_one(void);' >"$tree/include/polgrid/novel.h"
caught includes.sh "a header that no room owns" "add novel to the table"
mkdir -p "$tree/src/attic" && echo 'int x;' >"$tree/src/attic/a.c"
caught includes.sh "a room that the design does not have" "no such room: attic"

clean style.sh
printf 'void f(char *a, const char *b)\n{\n    str%s(a, b);\n}\n' cpy >>"$tree/src/grid/grid.c"
caught style.sh "a banned function" "src/grid/grid.c"
printf '/* \xe2\x80\xae */\n' >>"$tree/src/grid/grid.c"
caught style.sh "a bidirectional control character" "src/grid/grid.c"
printf '/*\t*/\n' >>"$tree/src/grid/grid.c"
caught style.sh "a tab" "src/grid/grid.c"
printf 'int a; \n' >>"$tree/src/grid/grid.c"
caught style.sh "a blank at the end of a line" "src/grid/grid.c"
yes '/* */' | head -n 800 >>"$tree/src/grid/grid.c"
caught style.sh "a long file" "src/grid/grid.c: 806 lines"
echo 'typedef struct pg_grid grid;' >>"$tree/include/polgrid/grid.h"
caught style.sh "a typedef of a struct" "include/polgrid/grid.h"
echo 'int pg_lonely_one(void) { return 1; }' >"$tree/src/grid/lonely.c"
caught style.sh "a source without a header" "src/grid/lonely.c"
sed -i.old 1d "$tree/src/grid/grid.c"
caught style.sh "a source that does not include its own header" "src/grid/grid.c"
echo 'int pg_eval_one(int a);' >>"$tree/src/grid/grid.c"
caught style.sh "a prototype in a source" "src/grid/grid.c"
echo 'size_t pg_grid_size(void);' >>"$tree/include/polgrid/grid.h"
caught style.sh "a header that leans on others" "include/polgrid/grid.h"

object '#include <string.h>
int pg_eval_one(const char *a);
static const char *const names[] = {"a", "b"};
int pg_eval_one(const char *a) { return strcmp(a, names[a[0] & 1]); }'
clean pure.sh
object '#include <time.h>
int pg_eval_one(void);
int pg_eval_one(void) { return (int)time(0); }'
caught pure.sh "a call to the clock" "calls time"
object '#include <stdlib.h>
void *pg_eval_one(void);
void *pg_eval_one(void) { return malloc(8); }'
caught pure.sh "a call to the heap" "calls malloc"
object 'int pg_eval_one(void);
long pg_clock_now(void);
int pg_eval_one(void) { return (int)pg_clock_now(); }'
caught pure.sh "a call to the clock of base" "calls pg_clock_now"
object 'int pg_eval_one(void);
int pg_eval_one(void) { static int calls; return ++calls; }'
caught pure.sh "a static variable" "can be written to"

if command -v clang-format >/dev/null 2>&1; then
    cp "$style/../../.clang-format" "$tree/"
    printf 'int  a ;\n' >"$tree/include/polgrid/grid.h"
    if check format.sh; then
        tap_fail "format.sh catches a line out of shape" "$said"
    else
        tap_ok "format.sh catches a line out of shape"
    fi
else
    tap_skip "format.sh catches a line out of shape" "no clang-format"
fi
tap_done
