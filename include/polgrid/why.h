/*
 * The reason of a cell: one structure, from which the panel, `polgrid why`, its JSON and the sentence are
 * made.
 *
 * A question is about a set of ports: one port, or all. A side is `allowed` where every port of the
 * question surely is, `denied` where none possibly is, `mixed` where some are and some are not (questions
 * about more than one port only), `unknown` where it hangs on something that was not evaluated.
 */
#ifndef POLGRID_WHY_H
#define POLGRID_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/eval.h"

enum pg_verdict {
    PG_VERDICT_ALLOWED,
    PG_VERDICT_DENIED,
    PG_VERDICT_UNKNOWN,
    PG_VERDICT_MIXED,
    PG_VERDICT_NO_BACKEND,
    PG_VERDICT_NO_ROUTE,
};

enum pg_effect {
    PG_EFFECT_ISOLATE, /* selects this side: what nothing allows is denied */
    PG_EFFECT_ALLOW,
    PG_EFFECT_DENY,
    PG_EFFECT_PASS,
    PG_EFFECT_UNKNOWN, /* may or may not match; `field` says what was not evaluated */
};

#define PG_NO_INDEX UINT32_MAX /* the manifest leaves the list out (JSON null) */

/* A reference that decides. */
struct pg_reason {
    enum pg_effect effect;
    uint32_t policy;
    uint32_t rule, peer, port; /* from 0 as in the manifest, or PG_NO_INDEX */
    uint32_t position;         /* of the rule in pg_policy.rules[dir], where there is a rule */
    const char *list;   /* the list that `rule` counts in ("ingress", "egressDeny"), else NULL */
    pg_ports ports;     /* ALLOW, UNKNOWN: what of the question it lets through */
    const char *field;  /* UNKNOWN: "spec.ingress[0].from[1].ipBlock", "kind" … else NULL */
    const char *detail; /* UNKNOWN: why, in words ("the pod's address is not known"), else NULL */
    struct pg_loc loc;  /* of the rule, or of the policy */
};

enum pg_part_state {
    PG_PART_NONE, /* the rule does not ask for it */
    PG_PART_MATCH,
    PG_PART_MISS,
    PG_PART_UNKNOWN,
};

enum pg_part {
    PG_PART_NAMESPACE,
    PG_PART_POD,
    PG_PART_IPBLOCK,
    PG_PART_PEER, /* a peer of another sort: an entity, nodes, a domain name, what a rule asks of its own end */
    PG_PART_PORT,
    PG_NPARTS,
};

/* A rule that does not allow, seen through its closest peer (16.5): which parts match and which miss. */
struct pg_miss {
    uint32_t policy, rule, peer; /* as in the manifest; peer PG_NO_INDEX: open to every peer */
    uint32_t position;           /* of the rule in pg_policy.rules[dir] */
    uint32_t peer_position;      /* of the peer in pg_rule.peers */
    enum pg_part_state parts[PG_NPARTS];
    enum pg_part part;  /* the first that misses, in the order of pg_part */
    const char *wanted; /* "app=api-server", "8080/TCP", "10.0.0.0/8": raw text */
    const char *found;  /* "app=frontend", "no label app", "5432/TCP" */
    /* The same of each part that misses, by pg_part; NULL for the others. */
    const char *wants[PG_NPARTS], *finds[PG_NPARTS];
    uint32_t matched;  /* how many parts match, for ranking */
    struct pg_loc loc; /* of what misses */
};

struct pg_why_side {
    bool present; /* false: the end is outside or a node, and has no side of its own */
    enum pg_verdict verdict;
    bool isolated;
    enum pg_exempt exempt;
    bool own_node_unknown;           /* denied unless the source is the pod's own node (8.3) */
    pg_ports sure, possible;         /* within the question */
    const struct pg_reason *reasons; /* JSON `because`: what decides, in the order asked (0.5) */
    uint32_t nreasons;
    const struct pg_miss *misses; /* closest first */
    uint32_t nmisses;
    const uint32_t *policies; /* every policy that applies in this direction */
    uint32_t npolicies;
};

/* One backend of a service, judged on its own (semantics 9.1). */
struct pg_backend {
    struct pg_end end;
    uint32_t port; /* the number asked for there */
    const struct pg_why *why;
    bool counted; /* false: terminating while others serve, shown only (9.3) */
    bool ready;   /* false: it gets no traffic yet; judged all the same (9.3) */
};

enum pg_stage_state {
    PG_STAGE_OK,
    PG_STAGE_PARTLY, /* for some of the backends */
    PG_STAGE_FAILS,
    PG_STAGE_UNKNOWN,
    PG_STAGE_SKIPPED, /* a stage before it failed */
};

/* A step on the way through a service (semantics 9): "service", "port", "target port", "endpoints",
   "policies". */
struct pg_stage {
    const char *name;
    enum pg_stage_state state;
    const char *detail; /* what was found, or what is missing; raw text */
    struct pg_loc loc;  /* line 0: nowhere in particular */
};
#define PG_NSTAGES 5

struct pg_why {
    struct pg_end from, to;
    pg_ports question;
    int family; /* 0: all common families */
    enum pg_verdict verdict;
    bool self;
    bool end_unread; /* unknown because an end may be something that could not be read (pg_end.maybe_inside) */
    pg_ports sure, possible;     /* within the question */
    struct pg_why_side sides[2]; /* by pg_dir */
    /* Set where both families were asked and answer differently: sides are those of IPv4. */
    bool by_family;
    enum pg_verdict families[2];
    /* A question to a service: its index (else PG_NONE), and what stands behind it. `to` and `sides` are
       then those of the first backend that decides; where there is none, `to` means nothing. */
    uint32_t service;
    uint32_t service_port;
    const struct pg_backend *backends;
    uint32_t nbackends;
    const struct pg_stage *stages; /* PG_NSTAGES of them; NULL where the question is not to a service */
    const char *sentence;          /* raw text; the same words everywhere */
    const char *const *notes; /* what a reader must know: a mark of semantics 5.11, 7.4, 1.4 … */
    uint32_t nnotes;
};

/* Asks. `question` is a set of the evaluator's pg_portsets: one port, or PG_PORTS_ALL. `family` 0 asks
   for every family that both ends have. Everything returned lives in `arena`. */
const struct pg_why *pg_why_ask(struct pg_arena *arena, struct pg_eval *eval,
                                const struct pg_end *from, const struct pg_end *to,
                                pg_ports question, int family);

/* Asks for a service by its own port number; each backend is judged at its target port (semantics 9).
   `protocol` is PG_TCP, PG_UDP or PG_SCTP. */
const struct pg_why *pg_why_service(struct pg_arena *arena, struct pg_eval *eval,
                                    const struct pg_end *from, uint32_t service,
                                    enum pg_protocol protocol, uint32_t port, int family);

/* The same for a proxy, which goes by EndpointSlices rather than by DNS: it applies the target port of a
   headless service, too (9.4 is about clients). */
const struct pg_why *pg_why_proxied(struct pg_arena *arena, struct pg_eval *eval,
                                    const struct pg_end *from, uint32_t service,
                                    enum pg_protocol protocol, uint32_t port, int family);

const char *pg_verdict_name(
    enum pg_verdict verdict); /* allowed denied unknown mixed no-backend no-route */
const char *pg_effect_name(enum pg_effect effect); /* isolate allow deny pass unknown */
const char *pg_exempt_name(enum pg_exempt exempt); /* host-network own-node self; "" for none */
const char *pg_stage_state_name(enum pg_stage_state state); /* ok partly fails unknown skipped */

/* Appends an end: "shop/api-0", "node/n1", "192.0.2.7". Raw text. */
void pg_end_print(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end);
/* Appends a policy: "shop/default-deny", or "name" for a cluster-scoped one. Raw text. */
void pg_policy_print(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t policy);

#endif
