/*
 * What changed: a change of a cluster, who made it, and the cells that it opened and closed. The journal of a
 * followed cluster is a list of these.
 *
 * Cells are compared between workloads, and between workloads and the groups of addresses outside that policies tell
 * apart; for all of their pods that are there before and after, and only those that a change can have touched: the
 * rows and columns of the namespace of a policy, a pod or a workload; all where it is of the whole cluster, or what
 * policies of other namespaces refer to. Where that is more than is worth the time, an entry says that it did not
 * compare.
 */
#ifndef POLGRID_JOURNAL_H
#define POLGRID_JOURNAL_H

#include "polgrid/eval.h"

/* One object that came, changed or went. */
struct pg_journal_change {
    const char *what;             /* "added", "changed", "removed" */
    const char *kind, *ns, *name; /* ns NULL where it has none */
    const char *manager;          /* who wrote it, by its managedFields; NULL: not known */
    bool decides;                 /* a policy, what one refers to, a namespace */
    bool told;                    /* worth an entry, though no cell hangs on it */
};

/* A cell that is not what it was. */
struct pg_journal_cell {
    const char *from, *to;      /* "shop/Deployment/web", "internet", "10.0.0.0/8" */
    const char *before, *after; /* "denied", "unknown", "every port", "8080/TCP" */
    enum pg_journal_turn { PG_TURN_GAINED, PG_TURN_LOST, PG_TURN_OTHER } turn;
    bool some; /* of some of their pods only */
};

#define PG_JOURNAL_CELLS   2000u    /* kept of an entry */
#define PG_JOURNAL_PAIRS   2000000u /* of pods, compared at most for one */
#define PG_JOURNAL_OUTSIDE 500u     /* groups of addresses */

struct pg_journal_entry {
    int64_t time; /* seconds since 1970 */
    const struct pg_journal_change *changes;
    uint32_t nchanges, more; /* more: changes that are not listed */
    uint32_t turns[3];       /* cells, by enum pg_journal_turn */
    const struct pg_journal_cell *cells;
    uint32_t ncells;          /* listed */
    const char *not_compared; /* why the cells are not known; NULL: they are */
    bool outside_in_part;     /* of the groups of addresses outside not all were compared */
    bool unfolded;            /* for whoever shows it, like the following */
    uint64_t number; /* its own, from 1: another one may lie in its place in memory later */
    struct pg_journal_entry *older;
    struct pg_arena *arena;
};

/* Compares two states of a cluster, between which the changes happened. Both are asked, so no other thread may
   use them meanwhile. The caller frees the entry. NULL where no change is of a sort that cells hang on. */
struct pg_journal_entry *pg_journal_compare(struct pg_eval *before, struct pg_eval *after,
                                            const struct pg_journal_change *changes,
                                            uint32_t nchanges, uint32_t more, int64_t time);
void pg_journal_free(struct pg_journal_entry *entry);

/* As cells of the journal name an end: a pod by its workload, an address by its group outside. NULL: they don't speak
   of it. In `arena`. */
const char *pg_journal_name(struct pg_arena *arena, const struct pg_eval *eval,
                            const struct pg_end *end);
/* The cell of an entry between two names; NULL where it did not change, or a name is NULL. */
const struct pg_journal_cell *pg_journal_find(const struct pg_journal_entry *entry,
                                              const char *from, const char *to);

#endif
