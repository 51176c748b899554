/* base64.h, by the examples of RFC 4648 and by what Go's StdEncoding takes and refuses */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/base64.h"

static const struct {
    const char *text, *base64;
} examples[] = {{"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"},
                {"\xfb\xff\xbe", "+/++"}};

/* In memory of exactly the sizes that are promised to be enough, so that a sanitizer sees a byte too many. */
static bool decode(const char *text, size_t n, char *out, size_t *length)
{
    char *copy = malloc(n + !n), *room = malloc(PG_BASE64_SIZE(n));
    bool ok;

    assert_true(copy && room);
    memcpy(copy, text, n);
    ok = pg_base64_decode(copy, n, room, length);
    if (ok)
        memcpy(out, room, *length);
    free(copy);
    free(room);
    return ok;
}

static void known_texts_both_ways(void **state)
{
    struct pg_buf buf = {0};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(examples); i++) {
        size_t n = strlen(examples[i].text), length;
        char out[100];
        assert_prints(buf, pg_base64_encode(&buf, examples[i].text, n), examples[i].base64);
        assert_true(decode(examples[i].base64, strlen(examples[i].base64), out, &length));
        assert_int_equal(length, n);
        assert_memory_equal(out, examples[i].text, n);
    }
    pg_buf_free(&buf);
}

static void bytes_of_every_length_come_back(void **state)
{
    struct pg_buf buf = {0};
    char bytes[300], out[300 * 2];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 151 + i / 7);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        size_t length;
        pg_buf_clear(&buf);
        pg_base64_encode(&buf, bytes, n);
        assert_int_equal(buf.n, (n + 2) / 3 * 4);
        assert_true(decode(pg_buf_text(&buf), buf.n, out, &length));
        assert_int_equal(length, n);
        assert_memory_equal(out, bytes, n);
    }
    pg_buf_free(&buf);
}

static void line_ends_are_passed_over(void **state)
{
    static const char *const texts[] = {
        "Zm9vYg==\n", "\r\nZm9v\r\nYg==", "Z\nm\n9\nv\nY\ng\n=\n=\n", "\n\nZm9vYg=\r\n=\n\n"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(texts); i++) {
        char out[100];
        size_t length;
        assert_true(decode(texts[i], strlen(texts[i]), out, &length));
        assert_int_equal(length, 4);
        assert_memory_equal(out, "foob", 4);
    }
}

static void what_is_none(void **state)
{
    static const struct {
        const char *text;
        size_t place; /* of the first character that does not fit */
    } cases[] = {
        {"@@@", 0},    {"Z", 1},       {"Zg", 2},     {"Zg=", 3},      {"Zm8", 3},
        {"Zg==Zg", 4}, {"Zg===", 4},   {"Zm9v=", 4},  {"=", 0},        {"Z=", 1},
        {"Z===", 1},   {"Zm9v Yg", 4}, {" Zm9v", 0},  {"Zm9v\tYg", 4}, {"Zm-v", 2},
        {"Zm_v", 2},   {"Zm9v\n@", 5}, {"Zg=\n@", 4}, {"Zg=A", 3},     {"Zm9\xc3\xa4", 3},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        char out[100];
        size_t length;
        if (decode(cases[i].text, strlen(cases[i].text), out, &length))
            fail_msg("%s is taken", cases[i].text);
        if (length != cases[i].place)
            fail_msg("%s: place %zu instead of %zu", cases[i].text, length, cases[i].place);
    }
}

static void a_nul_is_no_end(void **state)
{
    char out[100];
    size_t length;

    (void)state;
    assert_false(decode("Zm9v\0Zm9v", 9, out, &length));
    assert_int_equal(length, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_both_ways),
        cmocka_unit_test(bytes_of_every_length_come_back),
        cmocka_unit_test(line_ends_are_passed_over),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(a_nul_is_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
