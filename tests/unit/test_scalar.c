/* src/load/scalar.h: what plain scalars mean (semantics 1.6) */
#include "unit.h"

#include <string.h>

#include "../../src/load/scalar.h"

static void booleans_and_nulls(void **state)
{
    static const char *const yes[] = {"y",  "Y",  "yes",  "Yes",  "YES", "on",
                                      "On", "ON", "true", "True", "TRUE"};
    static const char *const no[] = {"n",   "N",   "no",    "No",    "NO",   "off",
                                     "Off", "OFF", "false", "False", "FALSE"};
    static const char *const nothing[] = {"", "~", "null", "Null", "NULL"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(yes); i++) {
        struct pg_scalar scalar = pg_scalar_resolve(yes[i], strlen(yes[i]));
        assert_true(scalar.type == PG_SCALAR_BOOL && scalar.truth);
    }
    for (size_t i = 0; i < PG_COUNT(no); i++) {
        struct pg_scalar scalar = pg_scalar_resolve(no[i], strlen(no[i]));
        assert_true(scalar.type == PG_SCALAR_BOOL && !scalar.truth);
    }
    for (size_t i = 0; i < PG_COUNT(nothing); i++)
        assert_int_equal(pg_scalar_resolve(nothing[i], strlen(nothing[i])).type, PG_SCALAR_NULL);
}

static void strings(void **state)
{
    static const char *const texts[] = {
        "yEs", "tRUE", "nO",  "oN",    "nULL",  "2024-01-01", "v1.0",      "1.2.3", "10.0.0.0/8",
        "0x",  "0xg",  "1e",  "1e+",   "-",     "+",          ".",         "..",    "1:30",
        "--1", "1-2",  "0o9", "abc",   "<<",    "web",        "1a",        "e5",    ".e5",
        "_1",  "0b2",  "- 1", "1,000", "truee", "Infinity",   ".infinity", "12e3x"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(texts); i++)
        if (pg_scalar_resolve(texts[i], strlen(texts[i])).type != PG_SCALAR_STRING)
            fail_msg("%s is a string", texts[i]);
}

static void whole_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } numbers[] = {
        {"80", 80},
        {"0x50", 80},
        {"0X50", 80},
        {"0120", 80},
        {"0o120", 80},
        {"0b1010000", 80},
        {"80.0", 80},
        {"80.", 80},
        {"8e1", 80},
        {"8E+1", 80},
        {"800e-1", 80},
        {".8e2", 80},
        {"+80", 80},
        {"8_0", 80},
        {"8_0.0_0", 80},
        {"-80", -80},
        {"-0x50", -80},
        {"0", 0},
        {"-0", 0},
        {"0.0", 0},
        {"0e99999", 0},
        {"08", 8},
        {"09.5e1", 95},
        {"9223372036854775807", INT64_MAX},
        {"1e18", 1000000000000000000},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(numbers); i++) {
        struct pg_scalar scalar = pg_scalar_resolve(numbers[i].text, strlen(numbers[i].text));
        if (scalar.type != PG_SCALAR_NUMBER || !scalar.whole || scalar.integer != numbers[i].value)
            fail_msg("%s is read as %lld", numbers[i].text, (long long)scalar.integer);
    }
}

static void other_numbers(void **state)
{
    static const char *const texts[] = {
        "80.5",
        ".5",
        "-.5",
        "1e-3",
        "9223372036854775808",
        "1e30",
        "0xffffffffffffffffff",
        ".inf",
        "-.INF",
        ".nan",
        "+.Inf",
        "1e99999",
        "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(texts); i++) {
        struct pg_scalar scalar = pg_scalar_resolve(texts[i], strlen(texts[i]));
        if (scalar.type != PG_SCALAR_NUMBER || scalar.whole)
            fail_msg("%s is a number, and none that fits", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booleans_and_nulls),
        cmocka_unit_test(strings),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(other_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
