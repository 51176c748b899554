/* addr.h */
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "polgrid/addr.h"

static struct pg_addr addr(const char *text)
{
    struct pg_addr read;

    if (!pg_addr_parse(text, &read, NULL))
        fail_msg("%s is no address", text);
    return read;
}

static struct pg_cidr cidr(const char *text)
{
    struct pg_cidr read;

    if (!pg_cidr_parse(text, &read, NULL))
        fail_msg("%s is no block", text);
    return read;
}

static void assert_addr(struct pg_addr a, const char *expected)
{
    struct pg_buf out = {0};

    assert_prints(out, pg_addr_print(&out, a), expected);
    pg_buf_free(&out);
}

static void addresses_are_read(void **state)
{
    static const struct {
        const char *text, *canonical;
        unsigned odd;
    } cases[] = {
        {"0.0.0.0", "0.0.0.0", 0},
        {"10.1.2.3", "10.1.2.3", 0},
        {"255.255.255.255", "255.255.255.255", 0},
        {"010.001.2.03", "10.1.2.3", PG_ADDR_LEADING_ZERO},
        {"10.0.0.0000255", "10.0.0.255", PG_ADDR_LEADING_ZERO},
        {"::", "::", 0},
        {"::1", "::1", 0},
        {"1::", "1::", 0},
        {"2001:db8::1", "2001:db8::1", 0},
        {"2001:DB8::1", "2001:db8::1", PG_ADDR_UPPER_CASE},
        {"2001:0db8::1", "2001:db8::1", PG_ADDR_LONG},
        {"2001:db8:0:0:0:0:0:1", "2001:db8::1", PG_ADDR_LONG},
        {"2001:db8::00001", "2001:db8::1", PG_ADDR_LONG | PG_ADDR_LEADING_ZERO},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 0},
        {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", PG_ADDR_LONG},
        {"2001:0:0:1::1", "2001:0:0:1::1", 0},
        {"2001:db8::1:0:0:1", "2001:db8::1:0:0:1", 0},
        {"2001:db8:0:0:1::1", "2001:db8::1:0:0:1", PG_ADDR_LONG},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 0},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", PG_ADDR_LONG},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", PG_ADDR_LONG},
        {"fe80::", "fe80::", 0},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221", PG_ADDR_LONG},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", PG_ADDR_LONG},
        {"::ffff:10.1.2.3", "10.1.2.3", PG_ADDR_MAPPED},
        {"::FFFF:a01:203", "10.1.2.3", PG_ADDR_MAPPED | PG_ADDR_UPPER_CASE},
        {"0:0:0:0:0:ffff:0a01:0203", "10.1.2.3", PG_ADDR_MAPPED},
        {"::fffe:10.1.2.3", "::fffe:a01:203", PG_ADDR_LONG},
        {"::1.2.3.4", "::102:304", PG_ADDR_LONG},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_addr read;
        unsigned odd = 99;
        if (!pg_addr_parse(cases[i].text, &read, &odd))
            fail_msg("%s is refused", cases[i].text);
        assert_addr(read, cases[i].canonical);
        if (odd != cases[i].odd)
            fail_msg("%s: odd %u", cases[i].text, odd);
        assert_int_equal(pg_addr_compare(read, addr(cases[i].canonical)), 0);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        " ",
        "10",
        "10.1.2",
        "10.1.2.",
        ".10.1.2",
        "10.1.2.3.4",
        "10.1..3",
        "10.1.2.256",
        "10.1.2.-3",
        "10.1.2.+3",
        "10.1.2.99999999999999999999",
        "10.1.2.0x3",
        "10.1.2.3 ",
        " 10.1.2.3",
        "10.1.2.3/32",
        "10.1.2.3%eth0",
        ":",
        ":::",
        "1:",
        ":1",
        "1:2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "1:2:3:4:5:6:7:8:",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1::2::3",
        "1:::2",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "::ffff:10.1.2",
        "::ffff:10.1.2.256",
        "::10.1.2.3:1",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "[::1]",
        "localhost",
        "\xef\xbc\x91.1.1.1",
    };
    struct pg_addr read = {.lo = 7};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        if (pg_addr_parse(cases[i], &read, NULL))
            fail_msg("\"%s\" is taken", cases[i]);
    }
    assert_int_equal(read.lo, 7);
}

static void blocks_are_read(void **state)
{
    static const struct {
        const char *text, *canonical;
        unsigned odd;
    } cases[] = {
        {"10.0.0.0/8", "10.0.0.0/8", 0},
        {"10.1.2.3/8", "10.0.0.0/8", PG_ADDR_HOST_BITS},
        {"10.1.2.3/32", "10.1.2.3/32", 0},
        {"0.0.0.0/0", "0.0.0.0/0", 0},
        {"255.255.255.255/0", "0.0.0.0/0", PG_ADDR_HOST_BITS},
        {"10.0.0.0/08", "10.0.0.0/8", PG_ADDR_LEADING_ZERO},
        {"010.0.0.1/24", "10.0.0.0/24", PG_ADDR_LEADING_ZERO | PG_ADDR_HOST_BITS},
        {"::/0", "::/0", 0},
        {"2001:db8::1/128", "2001:db8::1/128", 0},
        {"2001:db8::1/64", "2001:db8::/64", PG_ADDR_HOST_BITS},
        {"2001:db8:ffff:ffff:ffff::/65", "2001:db8:ffff:ffff:8000::/65", PG_ADDR_HOST_BITS},
        {"ffff::/1", "8000::/1", PG_ADDR_HOST_BITS},
        {"::ffff:10.0.0.0/104", "10.0.0.0/8", PG_ADDR_MAPPED},
        {"::ffff:10.1.0.0/104", "10.0.0.0/8", PG_ADDR_MAPPED | PG_ADDR_HOST_BITS},
        {"::ffff:0:0/96", "0.0.0.0/0", PG_ADDR_MAPPED},
        {"::ffff:1.2.3.4/128", "1.2.3.4/32", PG_ADDR_MAPPED},
    };
    struct pg_buf out = {0};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_cidr read;
        unsigned odd = 99;
        if (!pg_cidr_parse(cases[i].text, &read, &odd))
            fail_msg("%s is refused", cases[i].text);
        assert_prints(out, pg_cidr_print(&out, read), cases[i].canonical);
        if (odd != cases[i].odd)
            fail_msg("%s: odd %u", cases[i].text, odd);
    }
    pg_buf_free(&out);
}

static void what_is_no_block_is_refused(void **state)
{
    static const char *const cases[] = {
        "",           "10.0.0.0",    "10.0.0.0/",   "10.0.0.0/33",        "10.0.0.0/-1",
        "10.0.0.0/a", "10.0.0.0/8 ", "/8",          "10.0.0.0//8",        "::/129",
        "::1",        "10.0.0/8",    "fe80::%1/64", "::ffff:10.0.0.0/95", "10.0.0.0/255.0.0.0",
    };
    struct pg_cidr read;

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        if (pg_cidr_parse(cases[i], &read, NULL))
            fail_msg("\"%s\" is taken", cases[i]);
    }
}

/* What is printed is what the C library reads as the same number. */
static void printed_addresses_mean_the_same(void **state)
{
    uint64_t seed = 1;
    struct pg_buf out = {0};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        unsigned char expected[16], read[16];
        struct pg_addr a = {.family = 6};
        for (int j = 0; j < 8; j++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            /* many zero groups, and groups of every length */
            uint16_t group = seed >> 62 ? (uint16_t)(seed >> 32 >> (seed >> 60 & 3) * 4) : 0;
            if (j < 4)
                a.hi = a.hi << 16 | group;
            else
                a.lo = a.lo << 16 | group;
            expected[2 * j] = (unsigned char)(group >> 8);
            expected[2 * j + 1] = (unsigned char)group;
        }
        pg_buf_clear(&out);
        pg_addr_print(&out, a);
        assert_int_equal(inet_pton(AF_INET6, pg_buf_text(&out), read), 1);
        assert_memory_equal(read, expected, sizeof read);
        assert_int_equal(pg_addr_compare(addr(pg_buf_text(&out)), a), 0);
    }
    pg_buf_free(&out);
}

static void addresses_are_ordered(void **state)
{
    static const char *const sorted[] = {
        "0.0.0.0", "9.255.255.255", "10.0.0.0", "255.255.255.255", "::", "::1", "1::", "ffff::",
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(sorted); i++) {
        for (size_t j = 0; j < PG_COUNT(sorted); j++) {
            int order = pg_addr_compare(addr(sorted[i]), addr(sorted[j]));
            assert_int_equal(order, (i > j) - (i < j));
        }
    }
    assert_addr((struct pg_addr){0}, "unknown");
}

static void neighbours(void **state)
{
    static const char *const pairs[][2] = {
        {"10.0.0.255", "10.0.1.0"},
        {"::ffff:ffff:ffff:ffff", "0:0:0:1::"},
        {"2001:db8::", "2001:db8::1"},
    };
    struct pg_addr a;

    (void)state;
    for (size_t i = 0; i < PG_COUNT(pairs); i++) {
        a = addr(pairs[i][0]);
        assert_true(pg_addr_next(&a));
        assert_int_equal(pg_addr_compare(a, addr(pairs[i][1])), 0);
        assert_true(pg_addr_prev(&a));
        assert_int_equal(pg_addr_compare(a, addr(pairs[i][0])), 0);
    }
    a = addr("255.255.255.255");
    assert_false(pg_addr_next(&a));
    assert_addr(a, "255.255.255.255");
    a = addr("0.0.0.0");
    assert_false(pg_addr_prev(&a));
    a = addr("::");
    assert_false(pg_addr_prev(&a));
    assert_addr(a, "::");
    a = addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_false(pg_addr_next(&a));
    assert_int_equal(a.hi, UINT64_MAX);
}

static void blocks_have_first_and_last(void **state)
{
    static const char *const cases[][3] = {
        {"10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
        {"192.168.4.0/30", "192.168.4.0", "192.168.4.3"},
        {"1.2.3.4/32", "1.2.3.4", "1.2.3.4"},
        {"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
        {"2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"},
        {"2001:db8::/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff"},
        {"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"2001:db8::5/128", "2001:db8::5", "2001:db8::5"},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_cidr block = cidr(cases[i][0]);
        struct pg_addr first = pg_cidr_first(block), last = pg_cidr_last(block);
        assert_addr(first, cases[i][1]);
        assert_addr(last, cases[i][2]);
        /* semantics 5.8: both belong to it, their neighbours outside don't */
        assert_true(pg_cidr_has(block, first));
        assert_true(pg_cidr_has(block, last));
        if (pg_addr_prev(&first))
            assert_false(pg_cidr_has(block, first));
        if (pg_addr_next(&last))
            assert_false(pg_cidr_has(block, last));
    }
}

static void families_never_meet(void **state)
{
    (void)state; /* semantics 5.13 */
    assert_false(pg_cidr_has(cidr("0.0.0.0/0"), addr("::")));
    assert_false(pg_cidr_has(cidr("::/0"), addr("10.1.2.3")));
    assert_false(pg_cidr_has(cidr("::/0"), (struct pg_addr){0}));
    assert_false(pg_cidr_covers(cidr("::/0"), cidr("0.0.0.0/0")));
    assert_false(pg_cidr_overlaps(cidr("0.0.0.0/0"), cidr("::/0")));
    assert_true(pg_cidr_has(cidr("::ffff:10.0.0.0/104"), addr("10.1.2.3")));
}

static void blocks_cover_and_overlap(void **state)
{
    static const struct {
        const char *outer, *inner;
        bool covers, overlaps;
    } cases[] = {
        {"10.0.0.0/8", "10.1.0.0/16", true, true},
        {"10.1.0.0/16", "10.0.0.0/8", false, true},
        {"10.1.0.0/16", "10.1.0.0/16", true, true},
        {"10.1.0.0/16", "10.2.0.0/16", false, false},
        {"0.0.0.0/0", "10.2.0.0/16", true, true},
        {"::/0", "2001:db8::/32", true, true},
        {"2001:db8::/64", "2001:db8:0:1::/64", false, false},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_cidr outer = cidr(cases[i].outer), inner = cidr(cases[i].inner);
        assert_int_equal(pg_cidr_covers(outer, inner), cases[i].covers);
        assert_int_equal(pg_cidr_overlaps(outer, inner), cases[i].overlaps);
        assert_int_equal(pg_cidr_overlaps(inner, outer), cases[i].overlaps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(blocks_are_read),
        cmocka_unit_test(what_is_no_block_is_refused),
        cmocka_unit_test(printed_addresses_mean_the_same),
        cmocka_unit_test(addresses_are_ordered),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(blocks_have_first_and_last),
        cmocka_unit_test(families_never_meet),
        cmocka_unit_test(blocks_cover_and_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
