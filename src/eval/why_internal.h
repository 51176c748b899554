/*
 * What the modules of the explanation share: one question while it is being answered.
 */
#ifndef POLGRID_EVAL_WHY_INTERNAL_H
#define POLGRID_EVAL_WHY_INTERNAL_H

#include "eval_internal.h"
#include "polgrid/plugin.h"
#include "polgrid/vec.h"
#include "polgrid/why.h"

struct question {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_end *from, *to;
    uint32_t from_class, to_class;
    enum pg_near near;
    bool self;
    bool hairpin; /* a pod to itself through a service (semantics 8.2) */
    pg_ports ports;
};

/* pg_why_ask() with all that can be said of a question. */
struct ask_options {
    int family;
    bool through_service; /* a pod that reaches itself does not do so by its own address (8.2) */
    bool hairpin;         /* it does reach itself, and NetworkPolicies are not asked */
};

const struct pg_why *pg_why_question(struct pg_arena *arena, struct pg_eval *eval,
                                     const struct pg_end *from, const struct pg_end *to,
                                     pg_ports question, const struct ask_options *options);

/* The end whose policies `ask` asks, and the one at the other end. */
static inline const struct pg_end *end_of(const struct question *q, enum pg_dir dir)
{
    return dir == PG_EGRESS ? q->from : q->to;
}

static inline const struct pg_end *other_end(const struct question *q, enum pg_dir dir)
{
    return dir == PG_EGRESS ? q->to : q->from;
}

/* What is surely and possibly allowed of a set of ports, as a verdict. */
enum pg_verdict pg_why_verdict(struct pg_eval *eval, pg_ports question, pg_ports sure,
                               pg_ports possible);

/* miss.c: the rules that do not allow, closest first. */
void pg_miss_find(struct question *q, const struct ask *ask, struct pg_why_side *side);

typedef PG_VEC(const char *) note_vec;

/* special.c: what an end is known as beside its address, "the API server"; NULL: nothing. */
const char *pg_special_name(struct pg_arena *arena, const struct pg_eval *eval,
                            const struct pg_end *end);
/* Adds what must be known of ends and ports with a part of their own: nodes and their probes, the API server,
   cloud metadata, DNS (semantics 8). */
void pg_special_notes(struct question *q, const struct pg_why *why, note_vec *notes);

/* plugin_lacks.c: where a plugin that was seen is known not to do what a deciding policy asks for. */
void pg_plugin_notes(struct question *q, const struct pg_why *why, note_vec *notes);
/* The network plugins of the cluster; looked for once. */
const struct pg_plugin *pg_eval_plugin(struct pg_eval *eval);

/* say.c: the sentence, and what a reader must know beside it. */
const char *pg_say_sentence(struct question *q, const struct pg_why *why);
void pg_say_notes(struct question *q, struct pg_why *why);

/* Copies what a buffer holds into the arena of the question, and empties the buffer. */
const char *pg_why_keep(struct question *q, struct pg_buf *buf);

#endif
