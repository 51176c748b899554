/*
 * What the parts of pg_calico_finish() share: what was read, by name, and what selectors are turned into.
 */
#ifndef POLGRID_LOAD_FINISH_CALICO_H
#define POLGRID_LOAD_FINISH_CALICO_H

#include "calico.h"

/* A service account that pods run as. */
struct pg_calico_usage {
    pg_str ns, name;
};

struct pg_calico_finish {
    struct pg_loader *loader;
    struct pg_cluster *cluster;
    struct pg_calico *calico;
    struct pg_arena *arena, *work;        /* the cluster's, the loader's */
    struct pg_map accounts;               /* PG_MAP_PAIR(ns, name) to calico->accounts */
    struct pg_map namespaces;             /* name to loader->namespaces */
    struct pg_map services;               /* PG_MAP_PAIR(ns, name) to loader->services */
    struct pg_map nodes;                  /* name to loader->nodes */
    PG_VEC(struct pg_calico_usage) usage; /* each once, by namespace */
    pg_str namespace_key, account_key, orchestrator_key, name_key, ns_name_key;
    bool by_account; /* some expression that was made asks for namespace_key and account_key */
    const struct pg_expr *never;
};

/* Pods by their service accounts (semantics 14.12): those that surely have one that is meant, and those
   of which it is not known. NULL: no pod. */
struct pg_calico_by_account {
    const struct pg_expr *sure, *maybe;
};

/* `names` (of any namespace; n 0: all) and `selector` (NULL: all) must hold. */
struct pg_calico_by_account pg_calico_accounts(struct pg_calico_finish *finish, const pg_str *names,
                                               uint32_t n,
                                               const struct pg_calico_selector *selector);

/* finish_calico_rules.c: the rules of a policy, in the cluster's arena. */
void pg_calico_finish_rules(struct pg_calico_finish *finish, const struct pg_calico_policy *policy,
                            enum pg_dir dir, struct pg_policy *out);

/* finish_calico_ends.c: a peer, from one end of a rule. */
struct pg_calico_peers {
    const struct pg_peer *peers;
    uint32_t n;
    bool any; /* nothing is asked of this end */
};
struct pg_calico_peers pg_calico_finish_end(struct pg_calico_finish *finish,
                                            const struct pg_calico_policy *policy,
                                            const struct pg_calico_rule *rule,
                                            const struct pg_calico_entity *entity,
                                            bool with_version);
/* The same as one peer; NULL where nothing is asked. */
const struct pg_peer *pg_calico_one_peer(struct pg_calico_finish *finish,
                                         const struct pg_calico_peers *peers);
typedef PG_VEC(struct pg_endpoint) pg_calico_endpoint_vec;
/* What slices list for the service that an entity names; false where no slice of it was read. */
bool pg_calico_endpoints(const struct pg_calico_finish *finish,
                         const struct pg_calico_entity *entity, pg_calico_endpoint_vec *endpoints);
/* The service that an entity names, NULL where it was not read. */
const struct pg_raw_service *pg_calico_service(const struct pg_calico_finish *finish,
                                               const struct pg_calico_entity *entity);

#endif
