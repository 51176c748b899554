#!/usr/bin/env bash
# keys.sh: the keys that the manual lists are those of the program's one table.
#   UPDATE=1 bash tests/frames/keys.sh     writes the list of man/polgrid.1 anew
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
replay=${PG_BUILD:-.}/tests/frames/replay
page=${PG_SRC:-$here/../..}/man/polgrid.1
keys=$("$replay" --keys) || { echo "Bail out! no keys from $replay"; exit 1; }

# KEYS<tab>SECTION<tab>VIEWS<tab>TEXT becomes an item of the list; where a key is not the grid's, it says whose.
items() {
    printf '%s\n' "$keys" | awk -F '\t' '
        { n = split($1, key, ", "); line = ".It"
          for (i = 1; i <= n; i++) {
              if (key[i] ~ /^[^A-Za-z0-9]$/) key[i] = "\\&" key[i]
              line = line (i > 1 ? " ," : "") " Ic " key[i]
          }
          where = $3 == "grid" || $3 == "all" || $3 ~ /^grid,/ ? "" : " (" $3 ")"
          gsub(/,/, ", ", where)
          print line; print $4 where }'
}
# What stands between the first list after "Keys" and its end.
listed() { awk '/^\.Ss Keys/ { on = 1; next } on && /^\.Bl/ { list = 1; next } on && /^\.El/ { exit } list' "$page"; }

if [ -n "${UPDATE:-}" ]; then
    items >"$page.items"
    awk -v items="$page.items" '
        /^\.Ss Keys/ { on = 1 }
        on && /^\.El/ { while ((getline line < items) > 0) print line; on = list = 0 }
        !list
        on && /^\.Bl/ { list = 1 }' "$page" >"$page.new" && mv "$page.new" "$page"
    rm -f "$page.items"
fi

tap_is "every key has a text" "$(printf '%s\n' "$keys" | awk -F '\t' 'NF != 4 || $1 == "" || $4 == ""')" ""
if difference=$(diff -u <(listed) <(items)); then
    tap_ok "the manual lists the keys of the table"
else
    tap_fail "the manual lists the keys of the table" "$difference"
fi
tap_done
