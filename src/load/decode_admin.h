/*
 * What the parts of the decoder of policy.networking.k8s.io share: AdminNetworkPolicy and
 * BaselineAdminNetworkPolicy (semantics 11), ClusterNetworkPolicy (12). The three say nearly the same, so
 * there is one decoder; where they differ it asks the struct below.
 *
 * The CRD checks less than the API server checks a NetworkPolicy, and prunes what it does not know before it
 * checks. What it refuses is refused here; what it takes and nobody can read for sure possibly matches.
 */
#ifndef POLGRID_LOAD_DECODE_ADMIN_H
#define POLGRID_LOAD_DECODE_ADMIN_H

#include "decode.h"

/* The kind at hand, and what it differs in (semantics 12.1). */
struct pg_admin {
    struct pg_decode *decode;
    enum pg_policy_kind kind;
    uint32_t most;     /* rules of a direction, peers and ports of a rule */
    const char *allow; /* the word for it: Allow, Accept */
    bool newer;        /* ClusterNetworkPolicy */
};

/* The most networks and domain names that a peer takes. */
#define PG_ADMIN_MOST_NAMES 25

/* Which fields of a map that must have just one it has. Nulls are pruned before the CRD looks. */
struct pg_admin_choice {
    uint32_t known, unknown; /* fields */
    int which;               /* the first known one, by its place in the names */
};

struct pg_admin_choice pg_admin_choose(const struct pg_at *map, const char *const *names, size_t n);

/* Whether a field that was reported as such already is of a wrong type. */
bool pg_admin_is_mistyped(const struct pg_at *at, enum pg_tree_kind kind);

/* Reports a list that is empty or too long. `most` is what the CRD takes. */
void pg_admin_check_length(const struct pg_admin *admin, const struct pg_at *list, uint32_t most);

/* The path of a field, kept with the cluster. */
const char *pg_admin_path(const struct pg_admin *admin, const struct pg_at *at);

/* Tells that a field is part of the experimental channel only (semantics 12.10). */
void pg_admin_experimental(const struct pg_admin *admin, const struct pg_at *at);

/* The selectors of `pods`: the namespaces and the pods in them. */
struct pg_admin_pods {
    struct pg_selector namespaces, pods;
};

struct pg_admin_pods pg_admin_read_pods(const struct pg_admin *admin, const struct pg_at *at);

/* `from` or `to` of a rule (decode_admin_peers.c). */
struct pg_admin_peers {
    PG_VEC(struct pg_peer) list;
    bool unknown;  /* one of them is of a sort that is not known (semantics 11.18) */
    bool nameless; /* one of them has no named ports: networks, nodes, domainNames */
};

void pg_admin_read_peers(const struct pg_admin *admin, const struct pg_at *list,
                         enum pg_action action, struct pg_admin_peers *out);

/* A port that possibly matches: what it may match, and why it is not sure. */
struct pg_admin_maybe {
    struct pg_port port;
    bool any; /* it may match all traffic; `port` means nothing */
    const char *field, *detail;
};

/* `ports` or `protocols` of a rule (decode_admin_ports.c). */
struct pg_admin_ports {
    bool any; /* the rule does not look at ports */
    PG_VEC(struct pg_port) list;
    PG_VEC(struct pg_admin_maybe) maybes;
    bool named; /* one of them is a name */
};

void pg_admin_read_ports(const struct pg_admin *admin, const struct pg_at *list,
                         struct pg_admin_ports *out);

#endif
