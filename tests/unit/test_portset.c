/* portset.h */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/portset.h"

static void the_fixed_sets(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    pg_ports tcp = pg_portset_range(sets, PG_TCP, 1, 65535);
    pg_ports udp = pg_portset_range(sets, PG_UDP, 1, 65535);
    pg_ports sctp = pg_portset_range(sets, PG_SCTP, 1, 65535);
    pg_ports other = pg_portset_range(sets, PG_OTHER, 0, 255);
    pg_ports all = pg_portset_union(sets, sctp, pg_portset_union(sets, tcp, udp));
    uint32_t n;

    (void)state;
    assert_int_equal(other, PG_PORTS_OTHER);
    assert_int_equal(all, PG_PORTS_ALL);
    assert_int_equal(pg_portset_union(sets, all, other), PG_PORTS_EVERY);
    assert_int_equal(pg_portset_minus(sets, PG_PORTS_EVERY, other), PG_PORTS_ALL);
    assert_int_equal(pg_portset_minus(sets, PG_PORTS_EVERY, all), PG_PORTS_OTHER);
    assert_int_equal(pg_portset_intersect(sets, all, other), PG_PORTS_NONE);
    pg_portset_ranges(sets, PG_PORTS_NONE, &n);
    assert_int_equal(n, 0);
    /* the last SCTP port and protocol 0 are neighbours as numbers, and stay two intervals */
    pg_portset_ranges(sets, PG_PORTS_EVERY, &n);
    assert_int_equal(n, 4);
    pg_portsets_free(sets);
    pg_portsets_free(NULL);
}

static void equal_sets_have_equal_numbers(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    pg_ports low = pg_portset_range(sets, PG_TCP, 80, 89), high;
    uint32_t n, count;
    const struct pg_range *ranges;

    (void)state;
    high = pg_portset_range(sets, PG_TCP, 90, 99);
    ranges = pg_portset_ranges(sets, pg_portset_union(sets, low, high), &n);
    assert_int_equal(n, 1);
    assert_int_equal(ranges[0].lo, PG_PORT_KEY(PG_TCP, 80));
    assert_int_equal(ranges[0].hi, PG_PORT_KEY(PG_TCP, 99));
    count = pg_portsets_count(sets);
    assert_int_equal(pg_portset_range(sets, PG_TCP, 80, 99), pg_portset_union(sets, high, low));
    assert_int_equal(pg_portset_range(sets, PG_TCP, 80, 89), low);
    assert_int_equal(pg_portsets_count(sets), count);
    assert_int_not_equal(pg_portset_range(sets, PG_UDP, 80, 89), low);
    pg_portsets_free(sets);
}

static void membership(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    pg_ports web = pg_portset_range(sets, PG_TCP, 80, 80);
    pg_ports both = pg_portset_union(sets, web, pg_portset_range(sets, PG_TCP, 8000, 8100));

    (void)state;
    assert_true(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 80)));
    assert_false(pg_portset_has(sets, both, PG_PORT_KEY(PG_UDP, 80)));
    assert_false(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 79)));
    assert_false(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 81)));
    assert_true(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 8000)));
    assert_true(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 8100)));
    assert_false(pg_portset_has(sets, both, PG_PORT_KEY(PG_TCP, 8101)));
    assert_false(pg_portset_has(sets, PG_PORTS_NONE, PG_PORT_KEY(PG_TCP, 80)));
    assert_true(pg_portset_has(sets, PG_PORTS_EVERY, PG_PORT_KEY(PG_OTHER, 1)));
    assert_false(pg_portset_has(sets, PG_PORTS_ALL, PG_PORT_KEY(PG_OTHER, 1)));
    assert_false(pg_portset_has(sets, PG_PORTS_EVERY, PG_PORT_KEY(PG_TCP, 0)));
    pg_portsets_free(sets);
}

static void operations_on_ranges(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    struct pg_buf out = {0};
    pg_ports a = pg_portset_union(sets, pg_portset_range(sets, PG_TCP, 10, 20),
                                  pg_portset_range(sets, PG_TCP, 30, 40));
    pg_ports b = pg_portset_range(sets, PG_TCP, 15, 35);

    (void)state;
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_union(sets, a, b)), "10-40/TCP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_intersect(sets, a, b)),
                  "15-20/TCP, 30-35/TCP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_minus(sets, a, b)),
                  "10-14/TCP, 36-40/TCP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_minus(sets, b, a)), "21-29/TCP");
    pg_buf_free(&out);
    pg_portsets_free(sets);
}

/* A set as it would be written without thinking: one byte a key. */
#define KEYS (4u << 16)
#define POOL 48

static void assert_same(const struct pg_portsets *sets, pg_ports set, const uint8_t *plain)
{
    uint32_t n, key = 0;
    const struct pg_range *ranges = pg_portset_ranges(sets, set, &n);

    for (uint32_t i = 0; i < n; i++) {
        for (; key < ranges[i].lo; key++)
            assert_int_equal(plain[key], 0);
        for (; key <= ranges[i].hi; key++)
            assert_int_equal(plain[key], 1);
    }
    assert_null(memchr(plain + key, 1, KEYS - key));
}

static void random_operations_agree_with_plain_sets(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    static uint8_t plain[POOL][KEYS];
    pg_ports pool[POOL] = {0};
    uint32_t seed = 7;

    (void)state;
    for (int round = 0; round < 600; round++) {
        uint32_t r[5];
        for (size_t i = 0; i < PG_COUNT(r); i++) {
            seed = seed * 1664525 + 1013904223;
            r[i] = seed >> 8;
        }
        uint32_t x = r[0] % POOL, y = r[1] % POOL, z = r[2] % POOL;
        enum pg_protocol protocol = (enum pg_protocol)(r[3] % 4);
        uint32_t first = protocol == PG_OTHER ? 0 : 1, last = protocol == PG_OTHER ? 255 : 65535;
        /* mostly few, small numbers, so that sets touch and meet; sometimes up to the ends */
        uint32_t lo = first + r[4] % 60, hi = lo + r[4] / 64 % 30;
        if (r[3] % 7 == 0)
            hi = last;
        switch (r[3] / 8 % 4) {
        case 0:
            pool[z] = pg_portset_range(sets, protocol, lo, hi);
            memset(plain[z], 0, KEYS);
            memset(plain[z] + PG_PORT_KEY(protocol, lo), 1, hi - lo + 1);
            break;
        case 1:
            pool[z] = pg_portset_union(sets, pool[x], pool[y]);
            for (uint32_t key = 0; key < KEYS; key++)
                plain[z][key] = plain[x][key] | plain[y][key];
            break;
        case 2:
            pool[z] = pg_portset_intersect(sets, pool[x], pool[y]);
            for (uint32_t key = 0; key < KEYS; key++)
                plain[z][key] = plain[x][key] & plain[y][key];
            break;
        default:
            pool[z] = pg_portset_minus(sets, pool[x], pool[y]);
            for (uint32_t key = 0; key < KEYS; key++)
                plain[z][key] = plain[x][key] & !plain[y][key];
            break;
        }
        assert_same(sets, pool[z], plain[z]);
        assert_int_equal(pool[z] == pool[x], memcmp(plain[z], plain[x], KEYS) == 0);
        assert_int_equal(pg_portset_union(sets, pool[x], pool[y]),
                         pg_portset_union(sets, pool[y], pool[x]));
    }
    assert_true(pg_portsets_count(sets) > 100);
    pg_portsets_free(sets);
}

static void thousands_of_sets_and_millions_of_calls(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    pg_ports all = PG_PORTS_NONE, at[3000];
    uint32_t count;

    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        at[i] = pg_portset_range(sets, PG_TCP, 2 * i + 1, 2 * i + 1);
        all = pg_portset_union(sets, all, at[i]);
    }
    count = pg_portsets_count(sets);
    for (uint32_t i = 0; i < 2000000; i++)
        assert_true(pg_portset_intersect(sets, all, at[i % 3000]) == at[i % 3000]);
    assert_int_equal(pg_portsets_count(sets), count);
    pg_portsets_free(sets);
}

static void sets_are_printed(void **state)
{
    struct pg_portsets *sets = pg_portsets_new();
    struct pg_buf out = {0};
    pg_ports http = pg_portset_range(sets, PG_TCP, 8080, 8080);
    pg_ports dns = pg_portset_range(sets, PG_UDP, 53, 53);
    pg_ports nodes = pg_portset_range(sets, PG_TCP, 30000, 32767);
    pg_ports tcp = pg_portset_range(sets, PG_TCP, 1, 65535);

    (void)state;
    assert_prints(out, pg_portset_print(&out, sets, PG_PORTS_NONE), "no port");
    assert_prints(out, pg_portset_print(&out, sets, PG_PORTS_ALL), "every port");
    assert_prints(out, pg_portset_print(&out, sets, PG_PORTS_EVERY), "every port and protocol");
    assert_prints(out, pg_portset_print(&out, sets, PG_PORTS_OTHER), "every other protocol");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_union(sets, dns, http)),
                  "8080/TCP, 53/UDP");
    assert_prints(out, pg_portset_print(&out, sets, nodes), "30000-32767/TCP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_union(sets, dns, tcp)),
                  "every TCP port, 53/UDP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_range(sets, PG_OTHER, 1, 1)), "ICMP");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_range(sets, PG_OTHER, 58, 58)),
                  "ICMPv6");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_range(sets, PG_OTHER, 47, 48)),
                  "protocols 47-48");
    assert_prints(out, pg_portset_print(&out, sets, pg_portset_range(sets, PG_OTHER, 47, 47)),
                  "protocol 47");
    assert_string_equal(pg_protocol_name(PG_SCTP), "SCTP");
    pg_buf_free(&out);
    pg_portsets_free(sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixed_sets),
        cmocka_unit_test(equal_sets_have_equal_numbers),
        cmocka_unit_test(membership),
        cmocka_unit_test(operations_on_ranges),
        cmocka_unit_test(random_operations_agree_with_plain_sets),
        cmocka_unit_test(thousands_of_sets_and_millions_of_calls),
        cmocka_unit_test(sets_are_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
