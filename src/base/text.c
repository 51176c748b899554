#include "polgrid/text.h"

#include <inttypes.h>
#include <string.h>

#include "text_tables.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
/* Marks in a row that one character may carry; more would run over the lines around it. */
#define MARKS_MAX 2

static bool in_table(const struct rune_range *table, size_t n, uint32_t rune)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rune > table[mid].hi)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && rune >= table[lo].lo;
}

/* The bits of a lead byte, and how many continuation bytes follow; -1 where it can't lead. */
static int lead(unsigned char c, uint32_t *bits)
{
    if (c < 0x80) {
        *bits = c;
        return 0;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        *bits = c & 0x1f;
        return 1;
    }
    if (c >= 0xe0 && c <= 0xef) {
        *bits = c & 0x0f;
        return 2;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        *bits = c & 0x07;
        return 3;
    }
    return -1;
}

size_t pg_text_decode(const char *p, size_t n, uint32_t *rune)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint32_t value = 0;
    int more = lead((unsigned char)p[0], &value);

    *rune = PG_TEXT_INVALID;
    if (more < 0 || (size_t)more >= n)
        return 1;
    for (int i = 1; i <= more; i++) {
        unsigned char c = (unsigned char)p[i];
        if ((c & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (c & 0x3f);
    }
    if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 1;
    *rune = value;
    return (size_t)more + 1;
}

bool pg_text_rune_hidden(uint32_t rune)
{
    if (rune < 0x7f)
        return rune < 0x20;
    return rune > 0x10ffff || in_table(hidden_runes, COUNT(hidden_runes), rune);
}

int pg_text_rune_width(uint32_t rune)
{
    if (rune < 0x300)
        return 1;
    if (in_table(combining_runes, COUNT(combining_runes), rune))
        return 0;
    return in_table(wide_runes, COUNT(wide_runes), rune) ? 2 : 1;
}

int pg_text_width(const char *text)
{
    size_t n = strlen(text);
    int width = 0;

    while (n) {
        uint32_t rune;
        size_t take = pg_text_decode(text, n, &rune);
        width += pg_text_rune_width(rune);
        text += take;
        n -= take;
    }
    return width;
}

static void escape(struct pg_buf *out, uint32_t rune, char byte)
{
    if (rune == PG_TEXT_INVALID)
        pg_buf_printf(out, "\\x%02x", (unsigned)(unsigned char)byte);
    else if (rune < 0x100)
        pg_buf_printf(out, "\\x%02" PRIx32, rune);
    else if (rune < 0x10000)
        pg_buf_printf(out, "\\u%04" PRIx32, rune);
    else
        pg_buf_printf(out, "\\U%08" PRIx32, rune);
}

/* The length of the leading run of plain ASCII, which is nearly always all of it. */
static size_t plain(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && text[i] >= 0x20 && text[i] < 0x7f)
        i++;
    return i;
}

void pg_text_clean(struct pg_buf *out, const char *text, size_t n)
{
    int marks = 0; /* how many more may follow: none at the start or on an escape */

    while (n) {
        uint32_t rune;
        size_t take = plain(text, n);

        if (take) {
            pg_buf_add(out, text, take);
            marks = MARKS_MAX;
        } else {
            take = pg_text_decode(text, n, &rune);
            bool mark = pg_text_rune_width(rune) == 0;
            if (pg_text_rune_hidden(rune) || (mark && marks == 0)) {
                escape(out, rune, *text);
                marks = 0;
            } else {
                pg_buf_add(out, text, take);
                marks = mark ? marks - 1 : MARKS_MAX;
            }
        }
        text += take;
        n -= take;
    }
}

size_t pg_text_prefix(const char *text, int columns)
{
    size_t n = strlen(text), at = 0;

    while (at < n) {
        uint32_t rune;
        size_t take = pg_text_decode(text + at, n - at, &rune);
        int width = pg_text_rune_width(rune);
        if (width > columns)
            break;
        columns -= width;
        at += take;
    }
    return at;
}

void pg_text_fit(struct pg_buf *out, const char *text, int columns, bool pad)
{
    size_t start = out->n, whole;

    if (columns <= 0)
        return;
    whole = pg_text_prefix(text, columns);
    if (text[whole]) {
        int dots = columns < 2 ? 1 : 2;
        pg_buf_add(out, text, pg_text_prefix(text, columns - dots));
        pg_buf_fill(out, '.', (size_t)dots);
    } else {
        pg_buf_add(out, text, whole);
    }
    if (pad) {
        int width = pg_text_width(pg_buf_text(out) + start);
        pg_buf_fill(out, ' ', (size_t)(columns - width));
    }
}

bool pg_text_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool pg_text_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}
