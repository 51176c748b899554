/*
 * How the roles look. The reasons for the colours: exposure is neither good nor bad, so it is orange (open by
 * default) and blue (by a rule), which stay apart for eyes that do not tell red from green; what is denied is dim.
 * The three blues rise in lightness, on a light background they fall. Only the terminal's own palette is used.
 */
#include "polgrid/frame.h"

struct role_looks {
    const char *name;
    short dark, light; /* foreground of 256 */
    short basic;       /* foreground of 8 and 16 */
    unsigned color_attrs, mono_attrs;
};

static const struct role_looks looks[PG_NROLES] = {
    [PG_ROLE_TEXT] = {"text", -1, -1, -1, 0, 0},
    [PG_ROLE_DIM] = {"dim", 245, 242, -1, 0, 0},
    [PG_ROLE_TITLE] = {"title", -1, -1, -1, PG_ATTR_BOLD, PG_ATTR_BOLD},
    [PG_ROLE_HEADING] = {"heading", -1, -1, -1, PG_ATTR_BOLD, PG_ATTR_BOLD},
    [PG_ROLE_KEY] = {"key", 39, 25, 6, 0, PG_ATTR_BOLD},
    [PG_ROLE_CURSOR] = {"cursor", -1, -1, -1, PG_ATTR_BOLD, PG_ATTR_BOLD},
    [PG_ROLE_NONE] = {"cell.none", 241, 247, -1, 0, 0},
    [PG_ROLE_OPEN] = {"cell.open", 208, 166, 3, 0, 0},
    [PG_ROLE_LOW] = {"cell.low", 31, 74, 6, 0, 0},
    [PG_ROLE_SOME] = {"cell.some", 39, 31, 6, 0, 0},
    [PG_ROLE_ALL] = {"cell.all", 117, 24, 6, PG_ATTR_BOLD, PG_ATTR_BOLD},
    [PG_ROLE_DENY] = {"deny", 248, 240, -1, 0, 0},
    [PG_ROLE_UNKNOWN] = {"unknown", 179, 94, 5, 0, PG_ATTR_UNDERLINE},
    [PG_ROLE_WARN] = {"warn", 214, 130, 3, PG_ATTR_BOLD, PG_ATTR_BOLD},
    [PG_ROLE_MATCH] = {"match", 150, 28, 2, 0, PG_ATTR_UNDERLINE},
    [PG_ROLE_PROMPT] = {"prompt", -1, -1, -1, 0, 0},
};

struct pg_look pg_theme_look(enum pg_role role, enum pg_depth depth, bool light)
{
    const struct role_looks *it = &looks[role < PG_NROLES ? role : PG_ROLE_TEXT];
    struct pg_look look = {-1, -1, it->color_attrs};
    if (depth == PG_DEPTH_MONO) {
        look.attrs = it->mono_attrs;
    } else if (depth == PG_DEPTH_256) {
        look.foreground = light ? it->light : it->dark;
    } else {
        look.foreground = it->basic;
        /* 16 colours have a grey (bright black); of 8, dim text is the nearest. */
        bool weak = role == PG_ROLE_DIM || role == PG_ROLE_NONE;
        if (weak && depth == PG_DEPTH_16) {
            look.foreground = 8;
        } else if (weak) {
            look.attrs |= PG_ATTR_DIM;
        }
    }
    return look;
}

const char *pg_theme_role_name(enum pg_role role)
{
    return looks[role < PG_NROLES ? role : PG_ROLE_TEXT].name;
}
