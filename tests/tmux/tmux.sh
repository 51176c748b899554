#!/usr/bin/env bash
# tmux.sh: the program in a real terminal. What is on the screen must be what tests/frames makes without one; and
# however the program ends, the terminal must be as before. The tmux is a private one, without anybody's settings.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
build=${PG_BUILD:-.}
polgrid=${POLGRID:-$build/polgrid}
replay=$build/tests/frames/replay
fixtures=$here/../frames/fixtures

command -v tmux >/dev/null 2>&1 || { echo "1..0 # SKIP no tmux"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/polgrid-tmux.XXXXXX") || exit 1
export TMUX_TMPDIR=$work
unset TMUX EDITOR VISUAL PAGER
server=0
tm() { tmux -L "polgrid$server" -f /dev/null "$@" 2>/dev/null; }
finish() { tm kill-server; rm -rf "$work"; }
trap finish EXIT

# --- helpers ---------------------------------------------------------------------------------------------------------

# within COMMAND...: tries for ten seconds until COMMAND holds.
within() {
    local i
    for ((i = 0; i < 200; i++)); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}
screen() { tm capture-pane -p; }
shows() { screen | grep -qF -e "$1"; }
# Whether the screen is what the file holds. Both without the empty lines at the end, which tmux leaves out.
same() { diff <(screen | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}') <(sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$1") >"$work/diff"; }

# open COLUMNSxROWS: a shell in a new terminal.
open() {
    tm kill-server
    server=$((server + 1)) # the old one may take a moment to go
    tm new-session -d -x "${1%x*}" -y "${1#*x}" "cd '$fixtures' && exec env PS1='ready> ' LC_ALL=${locale:-C.UTF-8} bash --norc --noprofile -i"
    tm set-option -g set-clipboard on
    within shows 'ready>'
}
type_line() { tm send-keys -l "$1"; tm send-keys Enter; }
press() { tm send-keys "$@"; }
# run ARGUMENTS: starts polgrid; its number is in $work/pid, its exit status later in $work/status.
run() {
    rm -f "$work/status" "$work/before" "$work/after"
    printf 'stty -a >%q\nsh -c %q\necho $? >%q\nstty -a >%q\n' "$work/before" \
        "${2:-}echo \$\$ >'$work/pid'; exec '$polgrid' $1" "$work/status" "$work/after" >"$work/run"
    type_line ". $work/run"
}
ended() { [ -s "$work/after" ]; }
as_before() { # NAME STATUS
    within ended
    tap_is "$1: exit status" "$(cat "$work/status" 2>/dev/null)" "$2"
    tap_is "$1: the modes of the terminal" "$(cat "$work/after" 2>/dev/null)" "$(cat "$work/before")"
    within prompt_is_back
    tap_is "$1: alternate screen, cursor, mouse" "$(state)" "0 1 0"
}
state() { tm display-message -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag}'; }
prompt_is_back() { [ "$(state)" = "0 1 0" ]; }

# expected SIZE KEYS: the frame that replay makes; in $work/frame.
expected() {
    printf 'title %s\nsize %s\nload shop\nkeys %s\nframe\n' shop "$1" "$2" >"$work/script"
    "$replay" "$work/script" "$fixtures" | sed 1d >"$work/frame"
}
frame_is() { # NAME SIZE KEYS
    expected "$2" "$3"
    if within same "$work/frame"; then tap_ok "$1"; else tap_fail "$1" "$(cat "$work/diff")"; fi
}

# --- the screen is the frame -----------------------------------------------------------------------------------------

for size in 120x40 80x24 40x10; do
    open $size
    run "explore -f shop"
    frame_is "$size: the opening screen" $size ""
    press j j j l l l
    frame_is "$size: the cursor moved" $size "jjjlll"
    press Enter
    frame_is "$size: drilled in" $size "jjjlll<Enter>"
    press s
    frame_is "$size: the source" $size "jjjlll<Enter>s"
    press Escape
    press '?'
    frame_is "$size: help" $size "jjjlll<Enter>?"
    press Escape
    press Escape
    frame_is "$size: back at the top" $size "jjjlll"
    press q
    as_before "$size: q" 0
done

open 80x24
run "explore -f shop"
within shows 'lens:reach'
for size in 100 60 150 30 120 80 40 81; do
    tm resize-window -x $size -y $((size / 3))
done
tm resize-window -x 120 -y 40
frame_is "many resizes end in the right frame" 120x40 ""
tm resize-window -x 10 -y 2
frame_is "10x2 is drawn" 10x2 ""
tm resize-window -x 80 -y 24
frame_is "and 80x24 again" 80x24 ""
press /
press -l 'to:shop'
frame_is "typing a filter" 80x24 '/to:shop'
press C-c
frame_is "Ctrl-C drops the prompt" 80x24 ''
press C-c
within shows 'Ctrl-C again quits'
press C-c
as_before "Ctrl-C twice" 0

# --- however it ends -------------------------------------------------------------------------------------------------

for ending in TERM:143 HUP:129 INT:130 SEGV:139 ABRT:134 BUS:135; do
    open 80x24
    run "explore -f shop"
    within shows 'lens:reach'
    kill -"${ending%:*}" "$(cat "$work/pid")"
    as_before "SIG${ending%:*}" "${ending#*:}"
done

# The leak checker of a sanitized build waits for ever in a process that lost its terminal.
open 80x24
run "explore -f shop" "export ASAN_OPTIONS='${ASAN_OPTIONS:-}:detect_leaks=0'; "
within shows 'lens:reach'
pid=$(cat "$work/pid")
tm kill-server
# Gone, or dead and not yet buried by init.
gone() { ! kill -0 "$pid" 2>/dev/null || grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null; }
if within gone; then tap_ok "it ends with its terminal"; else tap_fail "it ends with its terminal"; kill "$pid"; fi

open 80x24
run "explore -f shop"
within shows 'lens:reach'
press j j j l l l Q
as_before "Q" 0
if shows 'shop -> shop: 0 of 9 pairs allowed'; then tap_ok "Q prints the sentence"; else tap_fail "Q prints the sentence" "$(screen)"; fi

open 80x24
type_line "'$polgrid' explore -f shop"
within shows 'lens:reach'
press C-z
if within prompt_is_back; then tap_ok "Ctrl-Z leaves the screen"; else tap_fail "Ctrl-Z leaves the screen" "$(screen)"; fi
type_line fg
frame_is "fg brings it back" 80x24 ""
press q

open 80x24
run "explore -f nothing-there"
within ended
tap_is "no such file: exit status" "$(cat "$work/status")" 2
if shows 'nothing-there'; then tap_ok "no such file: it says so"; else tap_fail "no such file: it says so" "$(screen)"; fi

# --- what it starts, reads and writes --------------------------------------------------------------------------------

printf '#!/bin/sh\nprintf "%%s|" "$@" >"%s"\n' "$work/edited" >"$work/editor"
chmod +x "$work/editor"
open 80x24
run "explore -f shop" "export EDITOR='$work/editor -x'; "
within shows 'lens:reach'
press j j j l l l e
within test -s "$work/edited"
tap_is "e: the editor gets the line and the file" "$(cat "$work/edited")" '-x|+1|shop/policies.yaml|'
if within shows 'R reads everything again'; then tap_ok "e: the screen is back"; else tap_fail "e: the screen is back" "$(screen)"; fi
press y
copied() { [ "$(tm show-buffer | head -c 12)" = "shop -> shop" ]; }
if within copied; then tap_ok "y: the clipboard"; else tap_fail "y: the clipboard" "$(tm show-buffer)"; fi
press q

open 80x24
run "explore -f shop" "export PAGER='cat >$work/paged'; "
within shows 'lens:reach'
press j j j l l l '|'
within test -s "$work/paged"
if grep -q 'WHO REACHES WHAT' "$work/paged"; then tap_ok "|: the pager gets the text"; else tap_fail "|: the pager gets the text"; fi
press q

open 80x24
run "explore -f - <shop/workloads.yaml"
if within shows 'lens:reach'; then tap_ok "input from a pipe, keys from the terminal"; else
    tap_fail "input from a pipe, keys from the terminal" "$(screen)"
fi
press q
as_before "input from a pipe" 0

# Nothing comes, and the pipe stays open: the first frame is there all the same, and q leaves.
open 80x24
mkfifo "$work/never"
exec 9<>"$work/never"
run "explore -f - <'$work/never'"
if within shows 'Loading'; then tap_ok "a frame before there is data"; else tap_fail "a frame before there is data" "$(screen)"; fi
press q
as_before "q while loading" 0
exec 9>&-

# A part comes, then nothing: Esc stops all the same, and what was read is there, marked.
open 80x24
mkfifo "$work/part"
exec 9<>"$work/part"
cat "$fixtures/shop/workloads.yaml" >&9
run "explore -f - <'$work/part'"
within shows 'Loading'
press Escape
if within shows 'only a part was read'; then tap_ok "Esc stops a load that waits"; else tap_fail "Esc stops a load that waits" "$(screen)"; fi
press j
if within shows 'partial'; then tap_ok "and the mark stays"; else tap_fail "and the mark stays" "$(screen)"; fi
press q
as_before "Esc while loading" 0
exec 9>&-

# A file's name is text from strangers; in the C locale nothing but ASCII may leave.
mkdir -p "$work/odd"
name=$(printf 'a\033[31mb\342\200\256c.yaml')
cp "$fixtures/shop/workloads.yaml" "$work/odd/$name"
for locale in C.UTF-8 C; do
    open 80x24
    run "explore -f '$work/odd'"
    within shows 'lens:reach'
    press j j s
    if within shows 'no policy has a say'; then tap_ok "$locale: nothing to show"; else tap_fail "$locale: nothing to show" "$(screen)"; fi
    press '?'
    if within shows 'GLYPHS'; then tap_ok "$locale: help"; else tap_fail "$locale: help" "$(screen)"; fi
    press q
    as_before "$locale" 0
done
unset locale

open 80x24
run "explore --color never -f shop"
frame_is "without colours the same characters" 80x24 ""
press q
as_before "without colours" 0

tap_done
