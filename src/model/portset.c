#include "polgrid/portset.h"

#include <assert.h>
#include <string.h>

#include "polgrid/arena.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

/* A set is a slice of the one array of ranges. */
struct set {
    uint32_t start, n;
};

enum operation {
    UNION,
    INTERSECT,
    MINUS,
    OPERATIONS,
};

struct pg_portsets {
    struct pg_arena *arena;
    PG_VEC(struct set) sets;
    PG_VEC(struct pg_range) ranges;
    PG_VEC(struct pg_range) result; /* of the operation under way, before it is known to be new */
    struct pg_map by_content;       /* hash of the ranges to the set */
    struct pg_map memo[OPERATIONS]; /* pair of sets to the set */
};

static const struct {
    const char *name;
    uint32_t lo, hi;
} protocols[] = {
    [PG_TCP] = {"TCP", 1, 65535},
    [PG_UDP] = {"UDP", 1, 65535},
    [PG_SCTP] = {"SCTP", 1, 65535},
    [PG_OTHER] = {"other", 0, 255},
};

static uint32_t protocol_first(enum pg_protocol protocol)
{
    return PG_PORT_KEY(protocol, protocols[protocol].lo);
}

static uint32_t protocol_last(enum pg_protocol protocol)
{
    return PG_PORT_KEY(protocol, protocols[protocol].hi);
}

/* Appends an interval to the result, after all that is there or meeting its end. Keys of two protocols
   never join, though the last of SCTP and the first of the others are neighbours. */
static void emit(struct pg_portsets *sets, uint32_t lo, uint32_t hi)
{
    if (sets->result.n) {
        struct pg_range *last = &sets->result.v[sets->result.n - 1];
        if (lo <= last->hi + 1 && PG_KEY_PROTOCOL(lo) == PG_KEY_PROTOCOL(last->hi)) {
            if (hi > last->hi)
                last->hi = hi;
            return;
        }
    }
    pg_vec_push(sets->arena, &sets->result, ((struct pg_range){lo, hi}));
}

/* The set that the result is: a known one, or a new one. */
static pg_ports intern(struct pg_portsets *sets)
{
    size_t bytes = sets->result.n * sizeof *sets->result.v;
    uint64_t hash = pg_hash(sets->result.v, bytes, 0);
    const uint32_t *found;

    while ((found = pg_map_get(&sets->by_content, hash))) {
        struct set set = sets->sets.v[*found];
        if (set.n == sets->result.n &&
            (bytes == 0 || memcmp(sets->ranges.v + set.start, sets->result.v, bytes) == 0))
            return *found;
        hash++; /* another set with the same hash: it is under the next key */
    }
    pg_vec_push(sets->arena, &sets->sets, ((struct set){sets->ranges.n, sets->result.n}));
    for (uint32_t i = 0; i < sets->result.n; i++)
        pg_vec_push(sets->arena, &sets->ranges, sets->result.v[i]);
    pg_map_put(&sets->by_content, hash, sets->sets.n - 1);
    return sets->sets.n - 1;
}

static pg_ports span(struct pg_portsets *sets, enum pg_protocol first, enum pg_protocol last)
{
    sets->result.n = 0;
    for (enum pg_protocol protocol = first; protocol <= last; protocol++)
        emit(sets, protocol_first(protocol), protocol_last(protocol));
    return intern(sets);
}

struct pg_portsets *pg_portsets_new(void)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_portsets *sets = pg_arena_alloc(arena, sizeof *sets);
    pg_ports made;

    sets->arena = arena;
    made = intern(sets);
    assert(made == PG_PORTS_NONE);
    made = span(sets, PG_TCP, PG_SCTP);
    assert(made == PG_PORTS_ALL);
    made = span(sets, PG_OTHER, PG_OTHER);
    assert(made == PG_PORTS_OTHER);
    made = span(sets, PG_TCP, PG_OTHER);
    assert(made == PG_PORTS_EVERY);
    (void)made;
    return sets;
}

void pg_portsets_free(struct pg_portsets *sets)
{
    if (!sets)
        return;
    pg_map_free(&sets->by_content);
    for (int i = 0; i < OPERATIONS; i++)
        pg_map_free(&sets->memo[i]);
    pg_arena_free(sets->arena);
}

pg_ports pg_portset_range(struct pg_portsets *sets, enum pg_protocol protocol, uint32_t lo,
                          uint32_t hi)
{
    assert(protocols[protocol].lo <= lo && lo <= hi && hi <= protocols[protocol].hi);
    sets->result.n = 0;
    emit(sets, PG_PORT_KEY(protocol, lo), PG_PORT_KEY(protocol, hi));
    return intern(sets);
}

static void unite(struct pg_portsets *sets, struct set a, struct set b)
{
    const struct pg_range *p = sets->ranges.v + a.start, *p_end = p + a.n;
    const struct pg_range *q = sets->ranges.v + b.start, *q_end = q + b.n;

    while (p < p_end || q < q_end) {
        const struct pg_range *next = q == q_end || (p < p_end && p->lo <= q->lo) ? p++ : q++;
        emit(sets, next->lo, next->hi);
    }
}

static void intersect(struct pg_portsets *sets, struct set a, struct set b)
{
    const struct pg_range *p = sets->ranges.v + a.start, *p_end = p + a.n;
    const struct pg_range *q = sets->ranges.v + b.start, *q_end = q + b.n;

    while (p < p_end && q < q_end) {
        uint32_t lo = p->lo > q->lo ? p->lo : q->lo;
        uint32_t hi = p->hi < q->hi ? p->hi : q->hi;
        if (lo <= hi)
            emit(sets, lo, hi);
        if (p->hi < q->hi)
            p++;
        else
            q++;
    }
}

static void subtract(struct pg_portsets *sets, struct set a, struct set b)
{
    const struct pg_range *q = sets->ranges.v + b.start, *q_end = q + b.n;

    for (uint32_t i = 0; i < a.n; i++) {
        struct pg_range left = sets->ranges.v[a.start + i];
        bool gone = false;

        while (q < q_end && q->hi < left.lo)
            q++;
        /* The last interval that cuts this one may reach into the next one: `q` stays on it. */
        for (; q < q_end && q->lo <= left.hi; q++) {
            if (q->lo > left.lo)
                emit(sets, left.lo, q->lo - 1);
            gone = q->hi >= left.hi;
            if (gone)
                break;
            left.lo = q->hi + 1;
        }
        if (!gone)
            emit(sets, left.lo, left.hi);
    }
}

static pg_ports combine(struct pg_portsets *sets, enum operation operation, pg_ports a, pg_ports b)
{
    static void (*const apply[])(struct pg_portsets *, struct set, struct set) = {
        [UNION] = unite,
        [INTERSECT] = intersect,
        [MINUS] = subtract,
    };
    uint64_t key = PG_MAP_PAIR(a, b);
    const uint32_t *known = pg_map_get(&sets->memo[operation], key);
    pg_ports result;

    if (known)
        return *known;
    assert(a < sets->sets.n && b < sets->sets.n);
    sets->result.n = 0;
    apply[operation](sets, sets->sets.v[a], sets->sets.v[b]);
    result = intern(sets);
    pg_map_put(&sets->memo[operation], key, result);
    return result;
}

pg_ports pg_portset_union(struct pg_portsets *sets, pg_ports a, pg_ports b)
{
    if (a == b || b == PG_PORTS_NONE || a == PG_PORTS_EVERY)
        return a;
    if (a == PG_PORTS_NONE || b == PG_PORTS_EVERY)
        return b;
    return a < b ? combine(sets, UNION, a, b) : combine(sets, UNION, b, a);
}

pg_ports pg_portset_intersect(struct pg_portsets *sets, pg_ports a, pg_ports b)
{
    if (a == b || a == PG_PORTS_NONE || b == PG_PORTS_EVERY)
        return a;
    if (b == PG_PORTS_NONE || a == PG_PORTS_EVERY)
        return b;
    return a < b ? combine(sets, INTERSECT, a, b) : combine(sets, INTERSECT, b, a);
}

pg_ports pg_portset_minus(struct pg_portsets *sets, pg_ports a, pg_ports b)
{
    if (a == b || b == PG_PORTS_EVERY)
        return PG_PORTS_NONE;
    if (a == PG_PORTS_NONE || b == PG_PORTS_NONE)
        return a;
    return combine(sets, MINUS, a, b);
}

bool pg_portset_has(const struct pg_portsets *sets, pg_ports set, uint32_t key)
{
    uint32_t n, lo = 0, hi;
    const struct pg_range *ranges = pg_portset_ranges(sets, set, &n);

    hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (key > ranges[mid].hi)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && key >= ranges[lo].lo;
}

const struct pg_range *pg_portset_ranges(const struct pg_portsets *sets, pg_ports set, uint32_t *n)
{
    assert(set < sets->sets.n);
    *n = sets->sets.v[set].n;
    return sets->ranges.v + sets->sets.v[set].start;
}

uint32_t pg_portsets_count(const struct pg_portsets *sets)
{
    return sets->sets.n;
}

const char *pg_protocol_name(enum pg_protocol protocol)
{
    return protocol <= PG_OTHER ? protocols[protocol].name : "any";
}

static void print_other(struct pg_buf *out, struct pg_range range)
{
    uint32_t lo = PG_KEY_PORT(range.lo), hi = PG_KEY_PORT(range.hi);

    if (lo == protocols[PG_OTHER].lo && hi == protocols[PG_OTHER].hi)
        pg_buf_puts(out, "every other protocol");
    else if (lo != hi)
        pg_buf_printf(out, "protocols %u-%u", lo, hi);
    else if (lo == 1)
        pg_buf_puts(out, "ICMP");
    else if (lo == 58)
        pg_buf_puts(out, "ICMPv6");
    else
        pg_buf_printf(out, "protocol %u", lo);
}

void pg_range_print(struct pg_buf *out, struct pg_range range)
{
    enum pg_protocol protocol = PG_KEY_PROTOCOL(range.lo);
    uint32_t lo = PG_KEY_PORT(range.lo), hi = PG_KEY_PORT(range.hi);
    const char *name = pg_protocol_name(protocol);

    if (protocol == PG_OTHER)
        print_other(out, range);
    else if (lo == protocols[protocol].lo && hi == protocols[protocol].hi)
        pg_buf_printf(out, "every %s port", name);
    else if (lo == hi)
        pg_buf_printf(out, "%u/%s", lo, name);
    else
        pg_buf_printf(out, "%u-%u/%s", lo, hi, name);
}

void pg_portset_print(struct pg_buf *out, const struct pg_portsets *sets, pg_ports set)
{
    const struct pg_range *ranges;
    uint32_t n;

    switch (set) {
    case PG_PORTS_NONE: pg_buf_puts(out, "no port"); return;
    case PG_PORTS_ALL: pg_buf_puts(out, "every port"); return;
    case PG_PORTS_EVERY: pg_buf_puts(out, "every port and protocol"); return;
    default: break;
    }
    ranges = pg_portset_ranges(sets, set, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            pg_buf_puts(out, ", ");
        pg_range_print(out, ranges[i]);
    }
}
