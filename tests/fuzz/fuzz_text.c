/*
 * The sanitiser: whatever goes in, what comes out is valid UTF-8 without anything that moves the cursor
 * or hides, is as wide as it says, and passes a second time unchanged.
 */
#include <string.h>

#include "fuzz.h"
#include "polgrid/text.h"

/* Decodes by the book (RFC 3629), apart from the code under test. Returns 0 where it is not UTF-8. */
static size_t decode(const uint8_t *p, size_t n, uint32_t *rune)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = p[0] < 0x80             ? 1
                    : (p[0] & 0xe0) == 0xc0 ? 2
                    : (p[0] & 0xf0) == 0xe0 ? 3
                    : (p[0] & 0xf8) == 0xf0 ? 4
                                            : 0;
    if (length == 0 || length > n)
        return 0;
    *rune = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *rune = *rune << 6 | (p[i] & 0x3fu);
    }
    bool surrogate = *rune >= 0xd800 && *rune <= 0xdfff;
    return *rune < least[length] || *rune > 0x10ffff || surrogate ? 0 : length;
}

/* What must never reach a terminal: C0 and C1 controls, and what reorders or hides text. */
static bool deceives(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xad || rune == 0x61c ||
           (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
           (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff ||
           (rune >= 0xfff9 && rune <= 0xfffb) || (rune >= 0xe000 && rune <= 0xf8ff) ||
           (rune & 0xfffe) == 0xfffe || rune >= 0xe0000;
}

/* Walks over sanitised text; returns its width as the sum of its characters'. */
static int walk(const char *text, size_t n)
{
    int width = 0, marks = 0;
    for (size_t i = 0; i < n;) {
        uint32_t rune, same;
        size_t length = decode((const uint8_t *)text + i, n - i, &rune);
        FUZZ_PROMISE(length > 0);
        FUZZ_PROMISE(pg_text_decode(text + i, n - i, &same) == length && same == rune);
        FUZZ_PROMISE(!deceives(rune));
        int columns = pg_text_rune_width(rune);
        FUZZ_PROMISE(columns >= 0 && columns <= 2);
        marks = columns == 0 ? marks + 1 : 0;
        FUZZ_PROMISE(marks <= 2);
        width += columns;
        i += length;
    }
    return width;
}

static void check_fit(const char *text, int width, int columns)
{
    size_t prefix = pg_text_prefix(text, columns);
    FUZZ_PROMISE(prefix <= strlen(text));
    FUZZ_PROMISE(walk(text, prefix) <= columns);
    if (width <= columns)
        FUZZ_PROMISE(prefix == strlen(text));
    for (int pad = 0; pad < 2; pad++) {
        struct pg_buf out = {0};
        pg_text_fit(&out, text, columns, pad != 0);
        int fitted = walk(pg_buf_text(&out), out.n);
        FUZZ_PROMISE(fitted == pg_text_width(pg_buf_text(&out)));
        FUZZ_PROMISE(pad != 0 ? fitted == columns : fitted <= columns);
        pg_buf_free(&out);
    }
}

/* The decoder itself, on any bytes, against the book. */
static void check_decode(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t rune = 0, wanted = 0;
        size_t length = decode((const uint8_t *)text + i, n - i, &wanted);
        size_t got = pg_text_decode(text + i, n - i, &rune);
        if (length == 0)
            FUZZ_PROMISE(got == 1 && rune == PG_TEXT_INVALID);
        else
            FUZZ_PROMISE(got == length && rune == wanted);
        i += got;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    struct pg_buf once = {0}, twice = {0};
    check_decode((const char *)data, size);
    pg_text_clean(&once, (const char *)data, size);
    const char *text = pg_buf_text(&once);
    FUZZ_PROMISE(strlen(text) == once.n);
    int width = walk(text, once.n);
    FUZZ_PROMISE(pg_text_width(text) == width);
    pg_text_clean(&twice, text, once.n);
    FUZZ_PROMISE(once.n == twice.n && strcmp(text, pg_buf_text(&twice)) == 0);
    for (int columns = 0; columns < 12; columns++)
        check_fit(text, width, columns);
    check_fit(text, width, width > 0 ? width - 1 : 0);
    check_fit(text, width, width + 3);
    pg_buf_free(&once);
    pg_buf_free(&twice);
    return 0;
}
