/*
 * What the modules of entries share: controllers, and how they are found.
 */
#ifndef POLGRID_EVAL_ENTRY_INTERNAL_H
#define POLGRID_EVAL_ENTRY_INTERNAL_H

#include "polgrid/entry.h"
#include "why_internal.h"

/* What is particular about a controller. */
enum {
    CONTROLLER_OUTSIDE = 1,  /* a load balancer of a cloud: it has no pods */
    CONTROLLER_IDENTITY = 2, /* its proxy is no pod to policies: Cilium's */
};

/* A controller that serves some entries, with the pods that it was found to have. */
struct controller {
    uint32_t gateway; /* whose pods these are; PG_NONE: of every entry of the class */
    const char *id;   /* "k8s.io/ingress-nginx"; NULL: only the name of the class is known */
    const char *name; /* what people call it; NULL: not in the table */
    unsigned flags;
    const uint32_t *pods;
    uint32_t npods;
    const char *missing; /* why there is no controller or pod, in words; else NULL */
    const char *guess; /* a note: the class was not read and its name was taken for what it usually is */
    struct pg_hop outside;
    const char *const *notes; /* on the hop from outside */
    uint32_t nnotes;
};

/* entry_controller.c: who serves an Ingress of a class (PG_STR_NONE: that names none), or a Gateway. */
void pg_entry_controller_of_ingress(struct pg_arena *arena, const struct pg_eval *eval,
                                    pg_str class_name, struct controller *controller);
void pg_entry_controller_of_gateway(struct pg_arena *arena, const struct pg_eval *eval,
                                    uint32_t gateway, struct controller *controller);

/* entry_outside.c: whether the controller's pods can be reached from outside, and how. */
void pg_entry_ask_outside(struct pg_arena *arena, struct pg_eval *eval,
                          const struct pg_end *outside, struct controller *controller);

/* Adds an answer to a hop: equal verdicts stay, different ones are mixed; the `why` kept is one that does not
   allow, if there is one. */
void pg_entry_join(struct pg_hop *hop, const struct pg_why *why);

#endif
