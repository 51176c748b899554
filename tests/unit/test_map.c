/* map.h */
#include "unit.h"

#include <string.h>

#include "polgrid/map.h"

static void an_empty_map_has_nothing(void **state)
{
    struct pg_map map = {0};

    (void)state;
    assert_null(pg_map_get(&map, 0));
    assert_null(pg_map_get(&map, UINT64_MAX));
    pg_map_free(&map);
}

static void a_put_replaces(void **state)
{
    struct pg_map map = {0};

    (void)state;
    pg_map_put(&map, 0, 0);
    pg_map_put(&map, UINT64_MAX, 1);
    assert_int_equal(*pg_map_get(&map, 0), 0);
    pg_map_put(&map, 0, 5);
    assert_int_equal(*pg_map_get(&map, 0), 5);
    assert_int_equal(*pg_map_get(&map, UINT64_MAX), 1);
    *pg_map_get(&map, 0) = 6;
    assert_int_equal(*pg_map_get(&map, 0), 6);
    assert_int_equal(map.n, 2);
    pg_map_free(&map);
    assert_null(pg_map_get(&map, 0));
}

/* Keys that differ in high bits, in low bits, and in one of a pair. */
static void many_keys_stay_apart(void **state)
{
    struct pg_map map = {0};
    enum { MANY = 50000 };

    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        pg_map_put(&map, (uint64_t)i << 40, i);
        pg_map_put(&map, i + 1, MANY + i);
        pg_map_put(&map, PG_MAP_PAIR(7, i | 0x80000000u), 2 * MANY + i);
    }
    assert_int_equal(map.n, 3 * MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(*pg_map_get(&map, (uint64_t)i << 40), i);
        assert_int_equal(*pg_map_get(&map, i + 1), MANY + i);
        assert_int_equal(*pg_map_get(&map, PG_MAP_PAIR(7, i | 0x80000000u)), 2 * MANY + i);
        assert_null(pg_map_get(&map, PG_MAP_PAIR(8, i | 0x80000000u)));
    }
    pg_map_free(&map);
}

static void a_hash_depends_on_every_byte_length_and_seed(void **state)
{
    unsigned char bytes[40] = {0};
    struct pg_map seen = {0};
    uint32_t n = 0;

    (void)state;
    for (size_t length = 0; length <= sizeof bytes; length++) {
        pg_map_put(&seen, pg_hash(bytes, length, 0), n++);
        pg_map_put(&seen, pg_hash(bytes, length, 1), n++);
        for (size_t bit = 0; bit < 8 * length; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            pg_map_put(&seen, pg_hash(bytes, length, 0), n++);
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
    }
    assert_int_equal(seen.n, n);
    assert_int_equal(pg_hash("abc", 3, 9), pg_hash("abc", 3, 9));
    assert_int_equal(pg_hash(NULL, 0, 9), pg_hash("", 0, 9));
    pg_map_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(a_put_replaces),
        cmocka_unit_test(many_keys_stay_apart),
        cmocka_unit_test(a_hash_depends_on_every_byte_length_and_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
