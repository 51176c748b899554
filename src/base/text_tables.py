#!/usr/bin/env python3
"""Writes src/base/text_tables.h from Python's own Unicode data:

    python3 src/base/text_tables.py > src/base/text_tables.h

Each table is a list of ranges, sorted and apart. A newer Python brings a newer Unicode; what that adds is
then no longer "unassigned" and passes the sanitiser.
"""
import sys
import unicodedata

# Characters of other categories that show nothing, or pass for something else: fillers, variation selectors,
# the grapheme joiner, and the default-ignorable rest (Default_Ignorable_Code_Point of DerivedCoreProperties).
INVISIBLE = [
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF), (0x2800, 0x2800),
]


def hidden(code):
    """Control, format, surrogate, private, unassigned; every separator but the space."""
    if any(lo <= code <= hi for lo, hi in INVISIBLE):
        return True
    kind = unicodedata.category(chr(code))
    return kind[0] == 'C' or kind[0] == 'Z' and code != 0x20


def combining(code):
    """Takes no column: marks that stand on the character before, and the Hangul vowels and finals that join it."""
    kind = unicodedata.category(chr(code))
    return not hidden(code) and (kind in ('Mn', 'Me') or 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FB)


def wide(code):
    """East Asian Wide and Fullwidth, which includes what is shown as emoji by default."""
    return (not hidden(code) and not combining(code) and
            unicodedata.east_asian_width(chr(code)) in ('W', 'F'))


def ranges(test):
    found = []
    for code in range(sys.maxunicode + 1):
        if test(code):
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return found


def table(name, comment, test):
    print(f'\n/* {comment} */\nstatic const struct rune_range {name}[] = {{')
    line = '   '
    for lo, hi in ranges(test):
        item = f' {{0x{lo:x}, 0x{hi:x}}},'
        if len(line) + len(item) > 100:
            print(line)
            line = '   '
        line += item
    print(line + '\n};')


print(f'''/*
 * Tables for text.c, of Unicode {unicodedata.unidata_version}. Written by text_tables.py: change that, not this.
 */
#ifndef PG_TEXT_TABLES_H
#define PG_TEXT_TABLES_H

#include <stdint.h>

struct rune_range {{
    uint32_t lo, hi;
}};

/* clang-format off */''')
table('hidden_runes', 'Shown as an escape: they show nothing, or could deceive.', hidden)
table('combining_runes', 'No column of their own.', combining)
table('wide_runes', 'Two columns.', wide)
print('\n/* clang-format on */\n\n#endif')
