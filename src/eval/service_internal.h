/*
 * What the modules of questions to services share: one such question while it is being answered.
 */
#ifndef POLGRID_EVAL_SERVICE_INTERNAL_H
#define POLGRID_EVAL_SERVICE_INTERNAL_H

#include "why_internal.h"

/* Steps on the way (semantics 9), in the order of pg_why.stages. */
enum {
    STAGE_SERVICE,
    STAGE_PORT,
    STAGE_TARGET,
    STAGE_ENDPOINTS,
    STAGE_POLICIES,
};

struct asking {
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_end *from;
    const struct pg_service *service;
    const struct pg_service_port *service_port; /* NULL where it has none of that number */
    enum pg_protocol protocol;
    uint32_t port; /* of the service */
    bool headless; /* the client gets the pods' addresses and chooses the port (9.4) */
    int family;
    PG_VEC(struct pg_backend) backends;
    uint32_t nselected; /* pods that the selector names, terminating ones too */
    uint32_t nlacking;  /* of these, pods without the named target port */
    bool by_slices;     /* the backends are what EndpointSlices list */
    bool disagree;      /* though there is a selector: they list others than it names (9.6) */
    const char *gone;   /* where they disagree: what only one of the two has, in words */
};

/* service_find.c: the backends of a question. */
void pg_service_backends(struct asking *asking);

/* service_say.c: "shop/svc/web"; "80/TCP (http)"; whether a client outside gets in at all (9.7). */
void pg_service_print(struct pg_buf *out, const struct asking *asking);
bool pg_service_is(const struct asking *asking, const char *type);
bool pg_service_is_open(const struct asking *asking);
/* The way through the service; the verdict and the backends are in their places. */
const struct pg_stage *pg_service_stages(const struct asking *asking, const struct pg_why *why);
/* Adds what a reader must know of a service to the notes. */
void pg_service_notes(const struct asking *asking, struct pg_why *why);

#endif
