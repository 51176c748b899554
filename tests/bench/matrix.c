#include "matrix.h"

#include "polgrid/totals.h"

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9fb21c651e98df25u;
    return hash ^ hash >> 32;
}

uint64_t matrix_hash(const struct pg_range *sure, uint32_t nsure, const struct pg_range *possible,
                     uint32_t npossible)
{
    uint64_t hash = mix(0x243f6a8885a308d3u, (uint64_t)nsure << 32 | npossible);
    for (uint32_t i = 0; i < nsure; i++)
        hash = mix(hash, (uint64_t)sure[i].lo << 32 | sure[i].hi);
    for (uint32_t i = 0; i < npossible; i++)
        hash = mix(hash, (uint64_t)possible[i].lo << 32 | possible[i].hi);
    return hash;
}

static uint64_t hash_of(struct pg_eval *eval, pg_ports sure_set, pg_ports possible_set)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    uint32_t nsure, npossible;
    const struct pg_range *sure = pg_portset_ranges(sets, sure_set, &nsure);
    const struct pg_range *possible = pg_portset_ranges(sets, possible_set, &npossible);
    return matrix_hash(sure, nsure, possible, npossible);
}

/* Of the pairs of a class with itself, those of a pod with itself don't count (grid.h). */
static uint64_t pairs_of(const struct pg_class *a, const struct pg_class *b)
{
    uint64_t pairs = (uint64_t)a->npods * b->npods;
    return a == b ? pairs - (a->npods - a->nselves) : pairs;
}

struct matrix_sum matrix_by_totals(struct pg_eval *eval)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_totals totals = pg_eval_totals(eval, arena, PG_PORTS_ALL);
    struct matrix_sum sum = {.cells = totals.asked, .pairs = totals.pairs};
    for (uint32_t i = 0; i < totals.n; i++) {
        const struct pg_total *total = &totals.v[i];
        sum.checksum += total->pairs * hash_of(eval, total->sure, total->possible);
        sum.allowed += total->sure != PG_PORTS_NONE ? total->pairs : 0;
    }
    pg_arena_free(arena);
    return sum;
}

uint32_t matrix_nclasses(const struct pg_eval *eval)
{
    uint32_t n = 0;
    while (n < pg_eval_nclasses(eval) && pg_eval_class(eval, n)->kind == PG_CLASS_PODS)
        n++;
    return n;
}

struct matrix_sum matrix_by_class(struct pg_eval *eval)
{
    struct matrix_sum sum = {0};
    uint32_t n = matrix_nclasses(eval);
    uint32_t last_sure = UINT32_MAX, last_possible = UINT32_MAX;
    uint64_t hash = 0; /* of the last pair of sets: neighbours often agree */
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            struct pg_cell cell = pg_eval_cell(eval, i, k, PG_NEAR_OTHER, 0);
            uint64_t pairs = pairs_of(pg_eval_class(eval, i), pg_eval_class(eval, k));
            if (cell.sure != last_sure || cell.possible != last_possible)
                hash = hash_of(eval, cell.sure, cell.possible);
            last_sure = cell.sure;
            last_possible = cell.possible;
            sum.checksum += pairs * hash;
            sum.pairs += pairs;
            sum.allowed += cell.sure != PG_PORTS_NONE ? pairs : 0;
        }
    }
    sum.cells = (uint64_t)n * n;
    return sum;
}

uint64_t matrix_row_by_class(struct pg_eval *eval, uint32_t from)
{
    uint64_t sum = 0;
    uint32_t row = pg_eval_class_of_pod(eval, from);
    struct pg_end end = {.kind = PG_END_POD, .index = from};
    for (uint32_t k = 0; k < pg_eval_nclasses(eval); k++) {
        const struct pg_class *class = pg_eval_class(eval, k);
        if (class->kind != PG_CLASS_PODS)
            continue;
        struct pg_cell cell = pg_eval_cell(eval, row, k, PG_NEAR_OTHER, 0);
        uint64_t pairs = class->npods;
        if (k == row && pg_eval_is_self(eval, &end, &end))
            pairs--;
        sum += pairs * hash_of(eval, cell.sure, cell.possible);
    }
    return sum;
}
