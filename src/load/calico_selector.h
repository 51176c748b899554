/*
 * Calico's selector language (semantics 14.6): a text becomes a struct pg_expr of the model.
 *
 *     role == 'web' && (env in {'prod', 'stage'} || !has(legacy))
 *
 * Of what binds tightest: the comparisons (==, !=, in, not in, contains, starts with, ends with, has, all),
 * `!`, `&&`, `||`. Strings stand in single or double quotes and know no escapes. The empty text is all().
 *
 * `contains`, `starts with` and `ends with` look into values, which the model's expressions can't. They
 * become an In whose values are filled in when all labels were read: pg_calico_selector_settle().
 *
 * A text may come from anybody: its nesting has a cap, and a chain of a million `||` is a balanced tree, so
 * that nobody who walks an expression runs out of stack. Everything lives in the arena that is given.
 */
#ifndef POLGRID_LOAD_CALICO_SELECTOR_H
#define POLGRID_LOAD_CALICO_SELECTOR_H

#include "polgrid/cluster.h"

#define PG_CALICO_MAX_DEPTH 100 /* parentheses in parentheses */
#define PG_CALICO_MAX_LABEL 512

enum pg_calico_how {
    PG_CALICO_CONTAINS,
    PG_CALICO_STARTS_WITH,
    PG_CALICO_ENDS_WITH,
};

/* A term that looks into values: `req` is an In without values until it is settled. */
struct pg_calico_term {
    struct pg_req *req;
    enum pg_calico_how how;
    const char *text;
    struct pg_calico_term *next;
};

struct pg_calico_selector {
    const char *text;           /* as written */
    const struct pg_expr *expr; /* never NULL once it was read */
    bool global;                /* it is global(), and nothing else; `expr` holds for everything */
    struct pg_calico_term *terms;
    struct pg_loc loc;
};

/* How a text is to be read. */
struct pg_calico_reader {
    struct pg_arena *arena;
    struct pg_strs *strs;
    bool allow_global; /* global() may stand here, alone */
    pg_str name_key;   /* what projectcalico.org/name stands for; PG_STR_NONE: itself */
    struct pg_loc loc; /* of the text, given to every term */
};

/* What is wrong with a text, in words, and at which character (from 1). */
struct pg_calico_fault {
    uint32_t column;
    char message[160];
};

/* False, with the fault filled, where the text is none that Calico takes. */
bool pg_calico_selector_read(const struct pg_calico_reader *reader, const char *text,
                             struct pg_calico_selector *selector, struct pg_calico_fault *fault);

/* Gives the terms that look into values those values that occur. `labels` are all that occur, in any order
   and however often. */
void pg_calico_selector_settle(struct pg_calico_selector *selector, struct pg_arena *arena,
                               const struct pg_strs *strs, const struct pg_label *labels,
                               uint32_t n);

/* Whether a term of the expression asks for a key. */
bool pg_calico_expr_asks(const struct pg_expr *expr, pg_str key);

/* left && right, where NULL is no condition. */
const struct pg_expr *pg_calico_expr_and(struct pg_arena *arena, const struct pg_expr *left,
                                         const struct pg_expr *right);
/* The `n` expressions joined by && or ||; PG_EXPR_ALL, or what never holds, of none. */
const struct pg_expr *pg_calico_expr_join(struct pg_arena *arena, enum pg_expr_kind kind,
                                          const struct pg_expr *const *exprs, uint32_t n);

#endif
