#!/usr/bin/env bash
# includes.sh: the arrows between the rooms (docs/architecture.md), checked on every #include of src and include.
set -u
. "$(dirname "$0")/../tap.sh"
src=${PG_SRC:-.}

# Which public headers (include/polgrid/X.h) each room owns. A new header is added here.
owns_base="arena base64 buf clock err json_writer map sha256 strs text vec"
owns_model="addr assume cluster diag policy portset"
owns_load="document load memo objects"
owns_live="kubeconfig live"
owns_eval="entry eval follow plugin totals why"
owns_grid="grid journal"
owns_report="report"
owns_cli="cli"
owns_tui="tui frame"
owns_curses="term"

# Which rooms each room may see, itself included; and which libraries, by the pattern of their headers.
sees_base="base"
sees_model="base model"
sees_load="base model load"
sees_live="base model load live"
sees_eval="base model eval"
sees_grid="base model eval grid"
sees_report="base model eval grid report"
sees_cli="base model load live eval grid report cli"
sees_tui="base model load eval grid report tui" # load: its progress, and the text for the source view
sees_curses="base model tui curses"
sees_main="base model load live eval grid report cli tui curses"
rooms="base model load live eval grid report cli tui curses"

# Prints the room that owns include/polgrid/$1.h, or nothing.
owner() {
    local room owned
    for room in $rooms; do
        owned=owns_$room
        case " ${!owned} " in *" $1 "*) echo "$room"; return ;; esac
    done
}

# Prints the room or rooms that may include the library header $1, or nothing when it is anyone's.
library_room() {
    case $1 in
    yaml.h) echo load ;;
    jansson.h | jansson_config.h) echo load or live ;;
    curl/*) echo live ;;
    curses.h | ncurses.h | ncursesw/* | ncurses/* | term.h | panel.h | menu.h | form.h) echo curses ;;
    esac
}

# judge ROOM INCLUDED: says what is wrong with a file of ROOM including INCLUDED ("x.h" or <x.h>); nothing if all is well.
judge() {
    local room=$1 included=${2:1:-1} sees=sees_$1 module from
    case $included in
    polgrid/*.h)
        module=${included#polgrid/}
        module=${module%.h}
        from=$(owner "$module")
        if [ -z "$from" ]; then
            echo "no room owns polgrid/$module.h: add $module to the table at the top of tests/style/includes.sh"
        else
            case " ${!sees} " in
            *" $from "*) ;;
            *) echo "$room may not see $from (it may see: ${!sees})" ;;
            esac
        fi
        ;;
    config.h | banned.h) echo "the build includes $included itself" ;;
    *)
        from=$(library_room "$included")
        if [ -n "$from" ] && [[ " $from " != *" $room "* ]]; then
            echo "only $from may include $included"
        elif [ "${2:0:1}" = '"' ] && [ "$included" != "${included##*/}" ]; then
            echo "a room's private header is included by its bare name, and only in its room"
        fi
        ;;
    esac
}

# check_file FILE ROOM: one case a file.
check_file() {
    local file=$1 room=$2 line included wrong complaints=()
    while IFS=: read -r line included; do
        included=$(printf '%s\n' "$included" | sed -nE 's/^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*("[^"]*"|<[^>]*>).*/\1/p')
        if [ -z "$included" ]; then
            wrong="an #include through a macro can't be checked"
        else
            wrong=$(judge "$room" "$included")
        fi
        [ -z "$wrong" ] || complaints+=("${file#"$src"/}:$line: $included: $wrong")
    done < <(grep -nE '^[[:blank:]]*#[[:blank:]]*include' "$file")
    if [ ${#complaints[@]} -eq 0 ]; then
        tap_ok "${file#"$src"/}"
    else
        tap_fail "${file#"$src"/}" "${complaints[@]}"
    fi
}

while IFS= read -r file; do
    path=${file#"$src"/}
    case $path in
    src/main.c) check_file "$file" main ;;
    src/base/banned.h) ;;
    src/*/*)
        room=${path#src/}
        room=${room%%/*}
        sees=sees_$room
        if [ -z "${!sees-}" ]; then
            tap_fail "$path" "no such room: $room; add it to the tables at the top of tests/style/includes.sh"
        else
            check_file "$file" "$room"
        fi
        ;;
    include/polgrid/*)
        module=$(basename "$path" .h)
        room=$(owner "$module")
        if [ -z "$room" ]; then
            tap_fail "$path" "no room owns it: add $module to the table at the top of tests/style/includes.sh"
        else
            check_file "$file" "$room"
        fi
        ;;
    *) tap_fail "$path" "sources belong in src/ROOM, public headers in include/polgrid" ;;
    esac
done < <(find "$src/src" "$src/include" -name '*.[ch]' | LC_ALL=C sort)

tap_done
