/* The histogram of the whole matrix, counted again pair by pair. */
#include <inttypes.h>

#include "check.h"
#include "polgrid/totals.h"

struct answer {
    uint64_t sure, possible; /* masks */
    bool out, in;
    uint64_t slow, program; /* pairs */
};

struct answers {
    struct answer v[W_ENDS * W_ENDS];
    int n;
};

static struct answer *find(struct answers *answers, uint64_t sure, uint64_t possible, bool out,
                           bool in)
{
    for (int i = 0; i < answers->n; i++) {
        struct answer *answer = &answers->v[i];
        if (answer->sure == sure && answer->possible == possible && answer->out == out &&
            answer->in == in)
            return answer;
    }
    answers->v[answers->n] = (struct answer){sure, possible, out, in, 0, 0};
    return &answers->v[answers->n++];
}

static void count_slow(const struct check *check, int from, int to, uint64_t lens,
                       struct answers *answers)
{
    if (check->ends[from].kind != SLOW_POD || check->ends[to].kind != SLOW_POD ||
        slow_is_self(check->world, check->ends[from], check->ends[to]))
        return;
    struct slow_cell cell = check_slow_cell(check, from, to, true, 0);
    bool side[2];
    for (int dir = 0; dir < 2; dir++)
        side[dir] = !cell.no_route && (cell.sides[dir].possible & lens) != 0;
    find(answers, cell.both.sure & lens, cell.both.possible & lens, side[W_EGRESS], side[W_INGRESS])
        ->slow++;
}

void check_totals(struct check *check)
{
    static struct answers answers;
    uint64_t mask;
    pg_ports lens = check_lens(check, &mask);
    answers.n = 0;
    for (int from = 0; from < check->nends; from++)
        for (int to = 0; to < check->nends; to++)
            count_slow(check, from, to, mask, &answers);
    struct pg_arena *arena = pg_arena_new();
    struct pg_totals totals = pg_eval_totals_tuned(
        check->eval, arena, lens, w_random_chance(&check->random, 50) ? 0 : UINT64_MAX);
    for (uint32_t i = 0; i < totals.n; i++) {
        const struct pg_total *total = &totals.v[i];
        if (answers.n < W_ENDS * W_ENDS)
            find(&answers, check_mask(check, total->sure), check_mask(check, total->possible),
                 total->out, total->in)
                ->program += total->pairs;
    }
    for (int i = 0; i < answers.n; i++) {
        const struct answer *answer = &answers.v[i];
        check->ncompared++;
        if (answer->slow != answer->program)
            check_differs(check,
                          "totals: sure %" PRIx64 " possible %" PRIx64 " out %d in %d: %" PRIu64
                          " pairs, not %" PRIu64,
                          answer->sure, answer->possible, answer->out, answer->in, answer->program,
                          answer->slow);
    }
    pg_arena_free(arena);
}
