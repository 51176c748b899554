/* strs.h */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "polgrid/strs.h"

static void none_is_not_the_empty_string(void **state)
{
    struct pg_strs *strs = pg_strs_new();

    (void)state;
    assert_int_equal(pg_strs_count(strs), 2);
    assert_int_equal(pg_strs_puts(strs, ""), PG_STR_EMPTY);
    assert_int_equal(pg_strs_find(strs, "", 0), PG_STR_EMPTY);
    assert_string_equal(pg_strs_text(strs, PG_STR_NONE), "");
    assert_string_equal(pg_strs_text(strs, PG_STR_EMPTY), "");
    assert_int_equal(pg_strs_count(strs), 2);
    pg_strs_free(strs);
    pg_strs_free(NULL);
}

static void equal_texts_have_equal_numbers(void **state)
{
    struct pg_strs *strs = pg_strs_new();
    char text[] = "frontend";
    pg_str a = pg_strs_puts(strs, text), b;

    (void)state;
    text[0] = 'F';
    b = pg_strs_puts(strs, text);
    assert_int_not_equal(a, b);
    assert_string_equal(pg_strs_text(strs, a), "frontend");
    assert_int_equal(pg_strs_put(strs, "frontend-2", 8), a);
    assert_int_equal(pg_strs_find(strs, "Frontend", 8), b);
    assert_int_equal(pg_strs_find(strs, "front", 5), PG_STR_NONE);
    assert_int_equal(pg_strs_length(strs, a), 8);
    pg_strs_free(strs);
}

static void bytes_after_a_nul_count(void **state)
{
    struct pg_strs *strs = pg_strs_new();
    pg_str a = pg_strs_put(strs, "a\0b", 3), b = pg_strs_put(strs, "a\0c", 3);

    (void)state;
    assert_int_not_equal(a, b);
    assert_int_not_equal(a, pg_strs_puts(strs, "a"));
    assert_int_equal(pg_strs_length(strs, a), 3);
    assert_true(pg_strs_compare(strs, a, b) < 0);
    pg_strs_free(strs);
}

static void many_names_stay_found(void **state)
{
    struct pg_strs *strs = pg_strs_new();
    enum { MANY = 100000 };
    char name[32];

    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "pod-%u", i);
        assert_int_equal(pg_strs_puts(strs, name), i + 2);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "pod-%u", i);
        assert_int_equal(pg_strs_find(strs, name, strlen(name)), i + 2);
        assert_string_equal(pg_strs_text(strs, i + 2), name);
    }
    assert_int_equal(pg_strs_count(strs), MANY + 2);
    pg_strs_free(strs);
}

static void order_is_of_bytes(void **state)
{
    static const char *const sorted[] = {"",    "-",   "A",  "Z",  "a",
                                         "a-b", "a.b", "aa", "ab", "\xc3\xa9"};
    struct pg_strs *strs = pg_strs_new();

    (void)state;
    for (size_t i = 0; i < PG_COUNT(sorted); i++) {
        pg_str a = pg_strs_puts(strs, sorted[i]);
        assert_true(pg_strs_compare(strs, PG_STR_NONE, a) < 0);
        assert_true(pg_strs_compare(strs, a, PG_STR_NONE) > 0);
        for (size_t j = 0; j < PG_COUNT(sorted); j++) {
            int order = pg_strs_compare(strs, a, pg_strs_puts(strs, sorted[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    pg_strs_free(strs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_not_the_empty_string),
        cmocka_unit_test(equal_texts_have_equal_numbers),
        cmocka_unit_test(bytes_after_a_nul_count),
        cmocka_unit_test(many_names_stay_found),
        cmocka_unit_test(order_is_of_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
