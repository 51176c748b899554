/*
 * How the groups of addresses outside the cluster are called.
 */
#include "axis.h"

/* Ranges that a full name lists. */
#define PG_RANGES_LISTED 8

/* How many addresses, near enough to compare. */
static double range_size(struct pg_addr_range range)
{
    double high = (double)(range.last.hi - range.first.hi);
    return high * 18446744073709551616.0 + (double)range.last.lo - (double)range.first.lo + 1.0;
}

static double class_size(const struct pg_class *class)
{
    double size = 0;
    for (uint32_t i = 0; i < class->nranges; i++)
        size += range_size(class->ranges[i]);
    return size;
}

/* The number of bits of a range that is exactly one block; -1 where it is none. */
static int block_bits(struct pg_addr_range range)
{
    struct pg_addr first = range.first, last = range.last;
    int width = first.family == 4 ? 32 : 128;
    for (int bits = 0; bits <= width; bits++) {
        int host = width - bits;
        uint64_t hi = host >= 128 ? UINT64_MAX : host > 64 ? (UINT64_C(1) << (host - 64)) - 1 : 0;
        uint64_t lo = host >= 64 ? UINT64_MAX : (UINT64_C(1) << host) - 1;
        if ((first.hi & hi) == 0 && (first.lo & lo) == 0 && (first.hi | hi) == last.hi &&
            (first.lo | lo) == last.lo)
            return bits;
    }
    return -1;
}

static void print_range(struct pg_buf *out, struct pg_addr_range range)
{
    int bits = block_bits(range);
    pg_addr_print(out, range.first);
    if (pg_addr_compare(range.first, range.last) == 0)
        return;
    if (bits >= 0) {
        pg_buf_printf(out, "/%d", bits);
    } else {
        pg_buf_putc(out, '-');
        pg_addr_print(out, range.last);
    }
}

uint32_t pg_grid_internet(const struct pg_eval *eval, int family)
{
    uint32_t best = PG_NONE;
    double best_size = 0;
    /* The outside classes are the last ones. */
    for (uint32_t i = pg_eval_nclasses(eval); i > 0; i--) {
        const struct pg_class *class = pg_eval_class(eval, i - 1);
        if (class->kind != PG_CLASS_OUTSIDE)
            break;
        if (class->nranges == 0 || class->ranges[0].first.family != family)
            continue;
        double size = class_size(class);
        if (best == PG_NONE || size >= best_size) {
            best = i - 1;
            best_size = size;
        }
    }
    return best;
}

struct pg_addr pg_grid_example(const struct pg_eval *eval, uint32_t class)
{
    static const char *const examples[] = {"203.0.113.1", "198.51.100.1", "192.0.2.1",
                                           "2001:db8::1"};
    const struct pg_class *group = pg_eval_class(eval, class);
    struct pg_addr addr;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        if (pg_addr_parse(examples[i], &addr, NULL) && addr.family == group->ranges[0].first.family &&
            pg_eval_class_of_addr(eval, addr) == class)
            return addr;
    }
    return group->ranges[0].first;
}

void pg_grid_name_outside(struct pg_buf *out, const struct pg_class *group, bool internet)
{
    if (group->nranges == 0)
        return;
    if (internet) {
        pg_buf_puts(out, group->ranges[0].first.family == 4 ? "internet" : "internet-ipv6");
        return;
    }
    print_range(out, group->ranges[0]);
    if (group->nranges > 1)
        pg_buf_printf(out, "+%u", (unsigned)(group->nranges - 1));
}

void pg_grid_outside_name(struct pg_buf *out, const struct pg_eval *eval, uint32_t class)
{
    const struct pg_class *group = pg_eval_class(eval, class);
    int family = group->nranges > 0 ? group->ranges[0].first.family : 4;
    pg_grid_name_outside(out, group, class == pg_grid_internet(eval, family));
}

void pg_grid_outside_ranges(struct pg_buf *out, const struct pg_eval *eval, uint32_t class)
{
    const struct pg_class *group = pg_eval_class(eval, class);
    for (uint32_t i = 0; i < group->nranges; i++) {
        if (i == PG_RANGES_LISTED) {
            pg_buf_printf(out, " and %u more", (unsigned)(group->nranges - i));
            return;
        }
        if (i > 0)
            pg_buf_puts(out, ", ");
        print_range(out, group->ranges[i]);
    }
}
