/*
 * The whole matrix as a histogram: how many pairs of pods have which answer.
 *
 * It is exact, and not found cell by cell: at 150,000 pods there are some billions of cells. Most of them
 * are background: the two ends match no rule but those that hold for everybody, so that only a few things
 * matter of each end, and the pairs are counted by multiplying. Only the pairs that some rule singles out
 * are asked for their cell.
 *
 * So it is under policies of every kind, those that are not evaluated included. Pairs that policies of other kinds
 * than NetworkPolicy single out are asked for each, so that many such policies which each name many pods take long;
 * and where what the rules name is too much for memory (some ten million classes over all rules) it goes cell by
 * cell, in the square of the classes.
 */
#ifndef POLGRID_TOTALS_H
#define POLGRID_TOTALS_H

#include "polgrid/eval.h"

/* All ordered pairs with one answer. */
struct pg_total {
    pg_ports sure, possible; /* within the lens, as in struct pg_cell */
    bool out,
        in; /* whether the side that sends, that receives, possibly lets some of the lens through */
    uint64_t pairs;
};

struct pg_totals {
    const struct pg_total *v; /* no two alike; sorted by these fields, in their order */
    uint32_t n;
    uint64_t pairs; /* the sum: every ordered pair of two different pods (a virtual pod that stands for
                       several has a pair with itself, 2.8) */
    uint64_t asked; /* cells that were asked for; the rest is background */
};

/* Of all pods, those on the host network included, in the families that questions are asked for
   (pg_eval_ask_family). `lens`: the ports that are looked at, PG_PORTS_ALL or a part of it. The result lives in
   `arena`. */
struct pg_totals pg_eval_totals(struct pg_eval *eval, struct pg_arena *arena, pg_ports lens);

/* The same, with so many steps for the rows before peer sets are treated as large (large.c): for tests, which have
   large sets in small clusters with 0. The result does not hang on it. */
struct pg_totals pg_eval_totals_tuned(struct pg_eval *eval, struct pg_arena *arena, pg_ports lens,
                                      uint64_t budget);

#endif
