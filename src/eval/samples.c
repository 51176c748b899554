/*
 * Samples of the background. What an odd side lets through is not worked out: of two crowds, a pair that no rule singles
 * out is looked for along the rows of the one, and its cell holds for all such pairs. The first row finds nearly all; of
 * those that it does not, it has gone through every member, so that looking is never more than the row itself.
 */
#include "sweep.h"

static void index_crowds(struct sweep *sweep, int dir)
{
    uint32_t n = sweep->crowds[dir].n, nclasses = sweep->eval->first_node;
    uint32_t *first = pg_arena_array(sweep->scratch, (size_t)n + 2, sizeof *first);
    for (uint32_t c = 0; c < nclasses; c++)
        first[sweep->crowd_of[dir][c] + 2]++;
    sweep->members[dir] = pg_sweep_begin_lists(sweep->scratch, first, n);
    for (uint32_t c = 0; c < nclasses; c++)
        sweep->members[dir].v[first[sweep->crowd_of[dir][c] + 1]++] = c;
}

void pg_samples_index(struct sweep *sweep)
{
    index_crowds(sweep, PG_EGRESS);
    index_crowds(sweep, PG_INGRESS);
    sweep->samples =
        pg_arena_array(sweep->scratch, sweep->crowds[PG_INGRESS].n, sizeof *sweep->samples);
}

void pg_samples_begin(struct sweep *sweep, uint32_t crowd)
{
    bool odd = sweep->crowds[PG_EGRESS].v[crowd].odd != 0;
    sweep->wanted.n = 0;
    for (uint32_t to = 0; to < sweep->crowds[PG_INGRESS].n; to++) {
        sweep->samples[to].found = false;
        if (odd || sweep->crowds[PG_INGRESS].v[to].odd != 0)
            pg_vec_push(sweep->scratch, &sweep->wanted, to);
    }
}

static bool look_in(struct sweep *sweep, uint32_t from, uint32_t line, uint32_t crowd)
{
    const struct lists *members = &sweep->members[PG_INGRESS];
    for (uint32_t i = members->first[crowd]; i < members->first[crowd + 1]; i++)
        if (sweep->slots[members->v[i]].line != line) {
            sweep->samples[crowd] = (struct sample){true, from, members->v[i]};
            return true;
        }
    return false;
}

void pg_samples_look(struct sweep *sweep, uint32_t from, uint32_t line)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < sweep->wanted.n; i++)
        if (!look_in(sweep, from, line, sweep->wanted.v[i]))
            sweep->wanted.v[left++] = sweep->wanted.v[i];
    sweep->wanted.n = left;
}
