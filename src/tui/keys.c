#include "app.h"

#include <string.h>
#include <strings.h>

#include "polgrid/text.h"

#define GRID    PG_VIEW_GRID
#define WHY     PG_VIEW_WHY
#define SRC     PG_VIEW_SOURCE
#define DIAGS   PG_VIEW_DIAGS
#define CHANGES PG_VIEW_JOURNAL
#define PAGE    PG_VIEW_PAGES
#define ALL     PG_VIEW_ALL

/* The order is that of the help. A key may stand in several lines as long as their views differ. */
static const struct pg_binding table[] = {
    {PG_DO_LEFT, "h <Left>", "Move", GRID, NULL, 0, "one cell to the left"},
    {PG_DO_DOWN, "j <Down>", "Move", ALL, NULL, 0, "one row or line down"},
    {PG_DO_UP, "k <Up>", "Move", ALL, NULL, 0, "one row or line up"},
    {PG_DO_RIGHT, "l <Right>", "Move", GRID, NULL, 0, "one cell to the right"},
    {PG_DO_PAGE_LEFT, "H", "Move", GRID, NULL, 0, "one page to the left"},
    {PG_DO_PAGE_RIGHT, "L", "Move", GRID, NULL, 0,
     "one page to the right; logs in where STALE says so"},
    {PG_DO_PAGE_DOWN, "<PgDn> <C-d> <Space>", "Move", ALL, NULL, 0, "one page down"},
    {PG_DO_PAGE_UP, "<PgUp> <C-b>", "Move", ALL, NULL, 0, "one page up"},
    {PG_DO_ROW_START, "0", "Move", GRID, NULL, 0, "first column"},
    {PG_DO_ROW_END, "$", "Move", GRID, NULL, 0, "last column"},
    {PG_DO_FIRST, "gg <Home>", "Move", ALL, NULL, 0, "first row or line"},
    {PG_DO_LAST, "G <End>", "Move", ALL, NULL, 0, "last row or line"},
    {PG_DO_NEXT_DIFFERENCE, "]", "Move", GRID, NULL, 0, "next cell that differs from this one"},
    {PG_DO_PREV_DIFFERENCE, "[", "Move", GRID, NULL, 0, "previous cell that differs"},
    {PG_DO_NEXT_ROW, "}", "Move", GRID, NULL, 0, "next row that differs from this one"},
    {PG_DO_PREV_ROW, "{", "Move", GRID, NULL, 0, "previous row that differs"},
    {PG_DO_MARK, "m", "Move", GRID, NULL, 0, "set a mark: m and a letter"},
    {PG_DO_GO_MARK, "'", "Move", GRID, NULL, 0, "go to a mark: ' and its letter"},

    {PG_DO_DRILL, "<Enter>", "Read", GRID, "drill", 1, "drill in: namespaces, workloads, pods, why"},
    {PG_DO_SOURCE, "<Enter> s", "Read", WHY | DIAGS, "source", 1,
     "source at the line under the cursor"},
    {PG_DO_OPEN, "<Enter>", "Read", CHANGES, "open", 1,
     "the cells of a change; on a cell: go to it in the grid"},
    {PG_DO_BACK, "<Esc> <Backspace>", "Read", ALL, "back", 2, "up one level; never quits"},
    {PG_DO_WHY, "w", "Read", GRID, "why", 5, "why, on a full page"},
    {PG_DO_SOURCE, "s", "Read", GRID, "source", 6, "source around the rule that decides"},
    {PG_DO_NEXT_FLOW, "]", "Read", WHY, "next flow", 3, "next flow of the cell"},
    {PG_DO_PREV_FLOW, "[", "Read", WHY, NULL, 0, "previous flow of the cell"},
    {PG_DO_EDITOR, "e", "Read", GRID | WHY | SRC | DIAGS, "editor", 7,
     "$VISUAL or $EDITOR at that line"},
    {PG_DO_PAGER, "|", "Read", GRID | PAGE, NULL, 0, "what is shown, in $PAGER"},
    {PG_DO_FOCUS, "<Tab>", "Read", GRID, NULL, 0, "to the panel and back; j and k scroll it"},
    {PG_DO_LENS, "v", "Read", GRID, "lens", 4, "lens: reach, verdict, open"},

    {PG_DO_FILTER, "/", "Find", GRID, "filter", 3, "filter rows, columns and cells"},
    {PG_DO_CLEAR, "<C-u>", "Find", GRID, NULL, 0, "take the filter away"},
    {PG_DO_NEXT_MATCH, "n", "Find", GRID, NULL, 0, "next cell that the last filter matches"},
    {PG_DO_PREV_MATCH, "N", "Find", GRID, NULL, 0, "previous cell that it matches"},
    {PG_DO_SEARCH, "/", "Find", PAGE, "search", 4, "search in the text"},
    {PG_DO_NEXT_PLACE, "n", "Find", SRC, "next rule", 3, "next rule in play, or next match"},
    {PG_DO_PREV_PLACE, "N", "Find", SRC, NULL, 0, "previous rule in play, or match"},
    {PG_DO_NEXT_MATCH, "n", "Find", PAGE & ~(unsigned)SRC, NULL, 0, "next match"},
    {PG_DO_PREV_MATCH, "N", "Find", PAGE & ~(unsigned)SRC, NULL, 0, "previous match"},
    {PG_DO_COMMAND, ":", "Find", ALL, NULL, 0, "command: goto, why, port, assume, ..."},
    {PG_DO_DIAGS, "!", "Find", ALL, NULL, 0, "what was left out, and warnings"},
    {PG_DO_JOURNAL, "c", "Find", ALL, NULL, 0, "what changed in a live cluster, and who did it"},

    {PG_DO_SWAP, "x", "Shape", GRID, NULL, 0, "swap the axes: destinations as rows"},
    {PG_DO_SORT, "o", "Shape", GRID, NULL, 0, "order: cluster, name, pods, isolation"},
    {PG_DO_WIDER, "+ =", "Shape", GRID, NULL, 0, "wider cells"},
    {PG_DO_NARROWER, "-", "Shape", GRID, NULL, 0, "narrower cells"},
    {PG_DO_EMPTY, "a", "Shape", GRID, NULL, 0, "show or hide namespaces without pods"},
    {PG_DO_FOLD, "z", "Shape", GRID, NULL, 0, "fold namespaces that behave alike, or unfold"},
    {PG_DO_ASSUME, "A", "Shape", GRID, NULL, 0, "settle what is unknown: --assume"},

    {PG_DO_COPY, "y", "Take away", GRID | WHY | SRC, "copy", 8, "copy the sentence, or FILE:LINE"},
    {PG_DO_COPY_JSON, "Y", "Take away", GRID | WHY, NULL, 0, "copy the reason as JSON"},

    {PG_DO_HELP, "?", "Leave", ALL, "help", 9, "all keys"},
    {PG_DO_RELOAD, "R", "Leave", ALL, NULL, 0, "read everything again"},
    {PG_DO_LOGIN, "L", "Leave", PAGE, NULL, 0, "log in with the credential plugin"},
    {PG_DO_REDRAW, "<C-l>", "Leave", ALL, NULL, 0, "draw the screen again"},
    {PG_DO_STOP, "<C-c>", "Leave", ALL, NULL, 0, "stop what is running; twice quits"},
    {PG_DO_SUSPEND, "<C-z>", "Leave", ALL, NULL, 0, "suspend"},
    {PG_DO_QUIT, "q", "Leave", ALL, "quit", 10, "quit"},
    {PG_DO_QUIT_PRINT, "Q", "Leave", ALL, NULL, 0, "quit and print the sentence of the cell"},
};

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

static const struct {
    const char *name, *label; /* in scripts, for people */
    uint32_t key;
} names[] = {
    {"Up", "Up", PG_KEY_UP},
    {"Down", "Down", PG_KEY_DOWN},
    {"Left", "Left", PG_KEY_LEFT},
    {"Right", "Right", PG_KEY_RIGHT},
    {"Home", "Home", PG_KEY_HOME},
    {"End", "End", PG_KEY_END},
    {"PgUp", "PgUp", PG_KEY_PAGE_UP},
    {"PgDn", "PgDn", PG_KEY_PAGE_DOWN},
    {"Del", "Del", PG_KEY_DELETE},
    {"S-Tab", "Shift-Tab", PG_KEY_BACKTAB},
    {"Enter", "Enter", PG_KEY_ENTER},
    {"Esc", "Esc", PG_KEY_ESCAPE},
    {"Backspace", "Backspace", PG_KEY_BACKSPACE},
    {"Tab", "Tab", PG_KEY_TAB},
    {"Space", "Space", ' '},
    {"lt", "<", '<'},
};

/* The key of a name of `n` bytes without its brackets. */
static uint32_t key_named(const char *name, size_t n)
{
    if (n == 3 && (name[0] == 'C' || name[0] == 'c') && name[1] == '-')
        return PG_KEY_CTRL(name[2]);
    for (uint32_t i = 0; i < COUNT(names); i++) {
        if (strlen(names[i].name) == n && strncasecmp(names[i].name, name, n) == 0)
            return names[i].key;
    }
    return PG_KEY_NONE;
}

uint32_t pg_key_parse(const char **text)
{
    const char *p = *text, *end;
    if (*p == '<' && (end = strchr(p, '>'))) {
        *text = end + 1;
        return key_named(p + 1, (size_t)(end - p - 1));
    }
    uint32_t rune;
    *text += pg_text_decode(p, strlen(p), &rune);
    return rune == PG_TEXT_INVALID ? PG_KEY_NONE : rune;
}

void pg_key_print(struct pg_buf *out, uint32_t key)
{
    for (uint32_t i = 0; i < COUNT(names); i++) {
        if (names[i].key == key) {
            pg_buf_puts(out, names[i].label);
            return;
        }
    }
    if (key < ' ')
        pg_buf_printf(out, "Ctrl-%c", (char)('@' + key));
    else if (key < 0x7f)
        pg_buf_putc(out, (char)key);
    else
        pg_buf_printf(out, "U+%04X", (unsigned)key);
}

uint32_t pg_keys_count(void)
{
    return COUNT(table);
}

const struct pg_binding *pg_keys_at(uint32_t i)
{
    return &table[i];
}

/* Reads the keys of the next sequence of a binding, one or two; false at the end. */
static bool next_sequence(const char **keys, uint32_t sequence[2])
{
    while (**keys == ' ')
        ++*keys;
    if (!**keys)
        return false;
    sequence[0] = pg_key_parse(keys);
    sequence[1] = **keys && **keys != ' ' ? pg_key_parse(keys) : PG_KEY_NONE;
    return true;
}

uint32_t pg_keys_first(const struct pg_binding *binding)
{
    const char *keys = binding->keys;
    return pg_key_parse(&keys);
}

const struct pg_binding *pg_keys_find(enum pg_view_kind view, uint32_t first, uint32_t key,
                                      bool *more)
{
    *more = false;
    for (uint32_t i = 0; i < COUNT(table); i++) {
        const char *keys = table[i].keys;
        uint32_t it[2];
        while ((table[i].views & view) && next_sequence(&keys, it)) {
            bool pair = it[1] != PG_KEY_NONE;
            if (!pair && first == PG_KEY_NONE && it[0] == key)
                return &table[i];
            if (pair && it[0] == first && it[1] == key)
                return &table[i];
            if (pair && first == PG_KEY_NONE && it[0] == key)
                *more = true;
        }
    }
    return NULL;
}

void pg_keys_print(struct pg_buf *out, const struct pg_binding *binding)
{
    const char *keys = binding->keys;
    uint32_t it[2];
    for (int i = 0; next_sequence(&keys, it); i++) {
        if (i > 0)
            pg_buf_puts(out, ", ");
        pg_key_print(out, it[0]);
        if (it[1] != PG_KEY_NONE)
            pg_key_print(out, it[1]);
    }
}

uint32_t pg_keys_footer(enum pg_view_kind view, const struct pg_binding **out, uint32_t cap)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < COUNT(table) && n < cap; i++) {
        if (!(table[i].views & view) || !table[i].footer)
            continue;
        uint32_t at = n++;
        for (; at > 0 && out[at - 1]->rank > table[i].rank; at--)
            out[at] = out[at - 1];
        out[at] = &table[i];
    }
    return n;
}

static void print_views(struct pg_buf *out, unsigned views)
{
    static const struct {
        unsigned view;
        const char *name;
    } all[] = {{PG_VIEW_GRID, "grid"},         {PG_VIEW_WHY, "why"},
               {PG_VIEW_SOURCE, "source"},     {PG_VIEW_HELP, "help"},
               {PG_VIEW_DIAGS, "diagnostics"}, {PG_VIEW_JOURNAL, "changes"}};
    if (views == PG_VIEW_ALL) {
        pg_buf_puts(out, "all");
        return;
    }
    bool any = false;
    for (uint32_t i = 0; i < COUNT(all); i++) {
        if (views & all[i].view) {
            pg_buf_printf(out, "%s%s", any ? "," : "", all[i].name);
            any = true;
        }
    }
}

void pg_tui_print_keys(struct pg_buf *out)
{
    for (uint32_t i = 0; i < COUNT(table); i++) {
        pg_keys_print(out, &table[i]);
        pg_buf_printf(out, "\t%s\t", table[i].section);
        print_views(out, table[i].views);
        pg_buf_printf(out, "\t%s\n", table[i].help);
    }
}
