/* --assume: every key and value of semantics 17, defaults, printing, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "polgrid/assume.h"

static void prints_nothing_by_default(void **state)
{
    (void)state;
    struct pg_assume assume = pg_assume_default();
    struct pg_buf out = {0};
    pg_assume_print(&out, &assume);
    assert_string_equal(pg_buf_text(&out), "");
    pg_buf_free(&out);
}

static void reads_back_what_it_prints(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "ipblock-pods=ignore",
        "pod-cidr=10.244.0.0/16",
        "ip-family=6",
        "host-network=pod",
        "self=policy",
        "hairpin=policy",
        "ingress-own-node=policy",
        "egress-own-node=allow",
        "named-ports=all-init",
        "assume-enforced=no",
        "pod-cidr=fd00:10:244::/56",
        "named-ports=containers",
        "family=4",
        "family=6",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct pg_assume assume = pg_assume_default();
        struct pg_err err;
        struct pg_buf out = {0};
        assert_true(pg_assume_set(&assume, texts[i], &err));
        pg_assume_print(&out, &assume);
        assert_string_equal(pg_buf_text(&out), texts[i]);
        pg_buf_free(&out);
    }
}

static void a_later_value_replaces_an_earlier_one(void **state)
{
    (void)state;
    struct pg_assume assume = pg_assume_default();
    struct pg_err err;
    assert_true(pg_assume_set(&assume, "self=policy", &err));
    assert_true(pg_assume_set(&assume, "self=allow", &err));
    assert_false(assume.self_policy);
}

static void refuses_and_names_what_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } cases[] = {
        {"pod-cidrs=10.0.0.0/8", "pod-cidr"}, {"self=maybe", "policy"}, {"self", "self=VALUE"},
        {"pod-cidr=10.0.0.0", "CIDR"},        {"", "ipblock-pods"},     {"family=5", "6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pg_assume assume = pg_assume_default();
        struct pg_err err = {""};
        assert_false(pg_assume_set(&assume, cases[i].text, &err));
        assert_non_null(strstr(err.text, cases[i].named));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_nothing_by_default),
        cmocka_unit_test(reads_back_what_it_prints),
        cmocka_unit_test(a_later_value_replaces_an_earlier_one),
        cmocka_unit_test(refuses_and_names_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
