/* The groups of addresses: every two addresses are in one group exactly when every block treats them
   alike. Compared with asking each block, over random blocks in a small part of the address space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../src/eval/blocks.h"

#define NBLOCKS 12
#define NADDRS  256

/* 10.0.0.0/24 or fd00::/120, whose last byte is `n`. */
static struct pg_addr addr_of(int family, uint64_t n)
{
    if (family == 4)
        return (struct pg_addr){.lo = 0x0a000000u | n, .family = 4};
    return (struct pg_addr){.hi = UINT64_C(0xfd00) << 48, .lo = n, .family = 6};
}

static struct pg_cidr random_cidr(unsigned *seed, int family, int shortest)
{
    int length = shortest + rand_r(seed) % (9 - shortest); /* of the last byte */
    uint64_t n = (uint64_t)rand_r(seed) % NADDRS;
    n &= ~((UINT64_C(1) << (8 - length)) - 1);
    return (struct pg_cidr){addr_of(family, n), (uint8_t)((family == 4 ? 24 : 120) + length)};
}

static bool block_has(const struct pg_peer *peer, struct pg_addr addr)
{
    if (!pg_cidr_has(peer->cidr, addr))
        return false;
    for (uint32_t i = 0; i < peer->nexcept; i++)
        if (pg_cidr_has(peer->except[i], addr))
            return false;
    return true;
}

static bool alike(const struct pg_peer *peers, struct pg_addr a, struct pg_addr b)
{
    for (int i = 0; i < NBLOCKS; i++)
        if (block_has(&peers[i], a) != block_has(&peers[i], b))
            return false;
    return true;
}

static void in_ranges(const struct blocks *blocks, struct pg_addr addr)
{
    uint32_t n, holders = 0;
    for (uint32_t group = 0; group < pg_blocks_ngroups(blocks); group++) {
        const struct pg_addr_range *ranges = pg_blocks_ranges(blocks, group, &n);
        for (uint32_t i = 0; i < n; i++)
            if (pg_addr_compare(ranges[i].first, addr) <= 0 &&
                pg_addr_compare(addr, ranges[i].last) <= 0) {
                holders++;
                assert_int_equal(pg_blocks_group(blocks, addr), group);
            }
    }
    assert_int_equal(holders, 1);
}

static void compare_family(const struct blocks *blocks, const struct pg_peer *peers, int family)
{
    for (uint64_t a = 0; a < NADDRS; a++) {
        in_ranges(blocks, addr_of(family, a));
        for (uint64_t b = a; b < NADDRS; b += 7)
            assert_int_equal(pg_blocks_group(blocks, addr_of(family, a)) ==
                                 pg_blocks_group(blocks, addr_of(family, b)),
                             alike(peers, addr_of(family, a), addr_of(family, b)));
    }
}

static void groups_are_what_blocks_tell_apart(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        unsigned seed = round;
        struct pg_cidr except[NBLOCKS][3];
        struct pg_peer peers[NBLOCKS] = {{0}};
        for (int i = 0; i < NBLOCKS; i++) {
            int family = rand_r(&seed) % 3 == 0 ? 6 : 4;
            peers[i].kind = PG_PEER_IPBLOCK;
            peers[i].cidr = random_cidr(&seed, family, 0);
            peers[i].except = except[i];
            peers[i].nexcept = (uint32_t)rand_r(&seed) % 4;
            for (uint32_t k = 0; k < peers[i].nexcept; k++) {
                except[i][k] = random_cidr(&seed, family, 1);
                if (!pg_cidr_covers(peers[i].cidr, except[i][k]))
                    except[i][k] = peers[i].cidr; /* nothing is left: harder than the API allows */
            }
        }
        struct pg_rule rule = {.peers = peers, .npeers = NBLOCKS};
        struct pg_policy policy = {.rules = {&rule, NULL}, .nrules = {1, 0}};
        struct pg_cluster cluster = {.policies = &policy, .npolicies = 1};
        struct pg_arena *arena = pg_arena_new();
        const struct blocks *blocks = pg_blocks_new(arena, &cluster);
        compare_family(blocks, peers, 4);
        compare_family(blocks, peers, 6);
        pg_arena_free(arena);
    }
}

static void without_blocks_a_family_is_one_group(void **state)
{
    (void)state;
    struct pg_cluster cluster = {0};
    struct pg_arena *arena = pg_arena_new();
    const struct blocks *blocks = pg_blocks_new(arena, &cluster);
    assert_int_equal(pg_blocks_ngroups(blocks), 2);
    uint32_t n;
    const struct pg_addr_range *range = pg_blocks_ranges(blocks, 1, &n);
    assert_int_equal(n, 1);
    assert_int_equal(range->first.family, 6);
    assert_true(range->last.hi == UINT64_MAX && range->last.lo == UINT64_MAX);
    pg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_what_blocks_tell_apart),
        cmocka_unit_test(without_blocks_a_family_is_one_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
