/* text.h. Characters are written as bytes, so that this file shows what it is about. */
#include "unit.h"

#include <string.h>

#include "polgrid/text.h"

#define E_ACUTE   "\xc3\xa9"         /* U+00E9 */
#define ACUTE     "\xcc\x81"         /* U+0301, combining */
#define KANJI     "\xe6\xbc\xa2"     /* U+6F22 */
#define ROCKET    "\xf0\x9f\x9a\x80" /* U+1F680 */
#define FULLWIDTH "\xef\xbc\xa1"     /* U+FF21 */
#define HANGUL_L  "\xe1\x84\x80"     /* U+1100 */
#define HANGUL_V  "\xe1\x85\xa1"     /* U+1161 */

static void valid_utf8_decodes(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t rune;
    } cases[] = {
        {"a", 'a'},
        {"\x7f", 0x7f},
        {"\xc2\x80", 0x80},
        {"\xdf\xbf", 0x7ff},
        {"\xe0\xa0\x80", 0x800},
        {"\xed\x9f\xbf", 0xd7ff},
        {"\xee\x80\x80", 0xe000},
        {"\xef\xbf\xbf", 0xffff},
        {"\xf0\x90\x80\x80", 0x10000},
        {"\xf4\x8f\xbf\xbf", 0x10ffff},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        size_t n = strlen(cases[i].bytes);
        uint32_t rune;
        assert_int_equal(pg_text_decode(cases[i].bytes, n, &rune), n);
        assert_int_equal(rune, cases[i].rune);
        /* cut short, it is invalid and nothing beyond the end is read */
        if (n > 1) {
            assert_int_equal(pg_text_decode(cases[i].bytes, n - 1, &rune), 1);
            assert_int_equal(rune, PG_TEXT_INVALID);
        }
    }
}

static void invalid_utf8_is_one_byte_at_a_time(void **state)
{
    static const char *const cases[] = {
        "\x80",         "\xbf",      "\xc0\x80",         "\xc1\xbf",         "\xc3(",
        "\xe0\x80\x80", "\xe2\x82",  "\xed\xa0\x80",     "\xed\xbf\xbf",     "\xf0\x80\x80\x80",
        "\xf0\x9f\x9a", "\xe2(\xa1", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        uint32_t rune = 0;
        assert_int_equal(pg_text_decode(cases[i], strlen(cases[i]), &rune), 1);
        assert_int_equal(rune, PG_TEXT_INVALID);
    }
}

static void widths(void **state)
{
    static const struct {
        uint32_t rune;
        int width;
    } cases[] = {
        {' ', 1},    {'~', 1},    {0xe9, 1},    {0x301, 0},   {0x5b0, 0},
        {0x20dd, 0}, {0x1100, 2}, {0x1161, 0},  {0x11a8, 0},  {0x2500, 1},
        {0x231a, 2}, {0x26a1, 2}, {0x2714, 1},  {0x6f22, 2},  {0xac00, 2},
        {0xff21, 2}, {0xff66, 1}, {0x1f680, 2}, {0x20000, 2}, {0x3040 + 2, 2},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++)
        assert_int_equal(pg_text_rune_width(cases[i].rune), cases[i].width);
    assert_int_equal(pg_text_width(""), 0);
    assert_int_equal(pg_text_width("ab" E_ACUTE "e" ACUTE KANJI ROCKET), 8);
}

static void assert_clean(const char *text, size_t n, const char *expected)
{
    struct pg_buf out = {0};

    pg_text_clean(&out, text, n);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&out);
}

static void honest_text_passes(void **state)
{
    static const char *const cases[] = {
        "",
        "frontend-7d4f9 (a/b) \\ ~",
        "caf" E_ACUTE,
        "cafe" ACUTE,
        "o" ACUTE ACUTE "k",
        KANJI KANJI,
        ROCKET,
        FULLWIDTH,
        HANGUL_L HANGUL_V,
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", /* Hebrew letters: no controls */
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++)
        assert_clean(cases[i], strlen(cases[i]), cases[i]);
}

static void what_deceives_is_shown(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"a\x1b[31mb", "a\\x1b[31mb"},
        {"tab\there", "tab\\x09here"},
        {"line\r\n", "line\\x0d\\x0a"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b", "\\x9b"},     /* CSI of 8 bits */
        {"a\xc2\xa0z", "a\\xa0z"}, /* no-break space */
        {"\xe2\x80\xae"
         "evil",
         "\\u202eevil"},             /* right-to-left override */
        {"\xe2\x81\xa6", "\\u2066"}, /* isolate */
        {"\xd8\x9c", "\\u061c"},     /* Arabic letter mark */
        {"a\xe2\x80\x8b"
         "b",
         "a\\u200bb"}, /* zero width space */
        {"\xef\xbb\xbf"
         "a",
         "\\ufeffa"},                        /* byte order mark */
        {"\xe2\x80\xa8", "\\u2028"},         /* line separator */
        {"\xc2\xad", "\\xad"},               /* soft hyphen */
        {"x\xef\xb8\x8f", "x\\ufe0f"},       /* variation selector */
        {"\xe3\x85\xa4", "\\u3164"},         /* Hangul filler: looks like nothing */
        {"\xf3\xa0\x81\x81", "\\U000e0041"}, /* tag character */
        {"\xf3\xa0\x84\x80", "\\U000e0100"}, /* variation selector 17 */
        {"\xee\x80\x80", "\\ue000"},         /* private use */
        {"\xf4\x8f\xbf\xbd", "\\U0010fffd"}, /* private use */
        {"\xcd\xb8", "\\u0378"},             /* unassigned */
        {"\xef\xbf\xbe", "\\ufffe"},         /* no character */
        {"a\xff\xc3", "a\\xff\\xc3"},        /* not UTF-8 */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
        {ACUTE "a", "\\u0301a"},             /* would stand on what is left of it */
        {"a" ACUTE ACUTE ACUTE "b", "a" ACUTE ACUTE "\\u0301b"},
        {"a" ACUTE ACUTE ACUTE ACUTE, "a" ACUTE ACUTE "\\u0301\\u0301"},
        {"\x01" ACUTE, "\\x01\\u0301"},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++)
        assert_clean(cases[i].text, strlen(cases[i].text), cases[i].expected);
    assert_clean("a\0b", 3, "a\\x00b");
}

/* Whatever the bytes: the result holds no control or invalid byte, and cleaning it again changes nothing. */
static void clean_text_stays_clean(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct pg_buf once = {0}, twice = {0};
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
            if (seed & 0x800 && i > 1) /* make well-formed sequences likelier */
                bytes[i] = (char)(0x80 | (seed >> 24 & 0x3f));
        }
        pg_text_clean(&once, bytes, sizeof bytes);
        pg_text_clean(&twice, once.p, once.n);
        assert_string_equal(pg_buf_text(&once), pg_buf_text(&twice));
        for (size_t i = 0, take; i < once.n; i += take) {
            uint32_t rune;
            take = pg_text_decode(once.p + i, once.n - i, &rune);
            assert_int_not_equal(rune, PG_TEXT_INVALID);
            assert_false(pg_text_rune_hidden(rune));
        }
        pg_buf_free(&once);
        pg_buf_free(&twice);
    }
}

static void prefixes_keep_marks_with_their_letter(void **state)
{
    (void)state;
    assert_int_equal(pg_text_prefix("frontend", 5), 5);
    assert_int_equal(pg_text_prefix("frontend", 50), 8);
    assert_int_equal(pg_text_prefix("frontend", 0), 0);
    assert_int_equal(pg_text_prefix("e" ACUTE "x", 1), 3);
    assert_int_equal(pg_text_prefix("a" KANJI "b", 2), 1);
    assert_int_equal(pg_text_prefix("a" KANJI "b", 3), 4);
}

static void fitting_cuts_and_pads(void **state)
{
    static const struct {
        const char *text;
        int columns;
        const char *fitted, *padded;
    } cases[] = {
        {"frontend", 8, "frontend", "frontend"},
        {"frontend", 10, "frontend", "frontend  "},
        {"frontend", 7, "front..", "front.."},
        {"frontend", 2, "..", ".."},
        {"frontend", 1, ".", "."},
        {"frontend", 0, "", ""},
        {"frontend", -3, "", ""},
        {"", 3, "", "   "},
        {KANJI KANJI, 4, KANJI KANJI, KANJI KANJI},
        {KANJI KANJI, 5, KANJI KANJI, KANJI KANJI " "},
        {KANJI KANJI KANJI, 5, KANJI "..", KANJI ".. "},
        {"e" ACUTE "tudes", 4, "e" ACUTE "t..", "e" ACUTE "t.."},
    };
    struct pg_buf out = {0};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        assert_prints(out, pg_text_fit(&out, cases[i].text, cases[i].columns, false),
                      cases[i].fitted);
        assert_prints(out, pg_text_fit(&out, cases[i].text, cases[i].columns, true),
                      cases[i].padded);
    }
    pg_buf_free(&out);
}

static void globs(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"web", "web", true},
        {"web", "web-1", false},
        {"web*", "web-1", true},
        {"*web", "my-web", true},
        {"*web", "my-web-1", false},
        {"w?b", "wab", true},
        {"w?b", "wb", false},
        {"?", "", false},
        {"*a*b*c*", "xxaxxbxxcxx", true},
        {"*a*b*c*", "xxcxxbxxaxx", false},
        {"a**b", "ab", true},
        {"*ab", "aab", true},
        {"*.svc", "a.svc.svc", true},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++)
        assert_int_equal(pg_text_glob(cases[i].pattern, cases[i].text), cases[i].matches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_utf8_decodes),
        cmocka_unit_test(invalid_utf8_is_one_byte_at_a_time),
        cmocka_unit_test(widths),
        cmocka_unit_test(honest_text_passes),
        cmocka_unit_test(what_deceives_is_shown),
        cmocka_unit_test(clean_text_stays_clean),
        cmocka_unit_test(prefixes_keep_marks_with_their_letter),
        cmocka_unit_test(fitting_cuts_and_pads),
        cmocka_unit_test(globs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
