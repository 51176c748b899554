/*
 * The points that Kubernetes leaves to the network plugin, each with a default and a switch
 * (`--assume KEY=VALUE`, semantics 17). What is not at its default is part of every answer.
 */
#ifndef POLGRID_ASSUME_H
#define POLGRID_ASSUME_H

#include <stdbool.h>

#include "polgrid/addr.h"
#include "polgrid/err.h"

enum pg_named_ports {
    PG_NAMED_PORTS_SIDECARS,
    PG_NAMED_PORTS_CONTAINERS,
    PG_NAMED_PORTS_ALL_INIT,
};

/* Whose rules hold, where policies of several plugins are loaded (13.1). */
enum pg_engine {
    PG_ENGINE_AUTO, /* Cilium's or Calico's where policies of that kind are loaded, else Kubernetes' */
    PG_ENGINE_K8S,
    PG_ENGINE_CILIUM,
    PG_ENGINE_CALICO,
};

/* Which generation of admin policies is evaluated where both are loaded (12.11). */
enum pg_admin_api {
    PG_ADMIN_API_NEWEST,
    PG_ADMIN_API_V1ALPHA1,
    PG_ADMIN_API_V1ALPHA2,
};

struct pg_assume {
    bool ipblock_pods_ignore;   /* ipblock-pods=ignore: ipBlock never matches a pod (5.11) */
    struct pg_cidr pod_cidr[2]; /* pod-cidr=CIDR, one a family; base.family 0: not given (5.12) */
    int ip_family;         /* ip-family=4|6: of pods whose address is unknown; default 4 (5.12) */
    bool host_network_pod; /* host-network=pod (2.5) */
    bool self_policy;      /* self=policy (8.1) */
    bool hairpin_policy;   /* hairpin=policy (8.2) */
    bool ingress_own_node_policy;    /* ingress-own-node=policy (8.3) */
    bool egress_own_node_allow;      /* egress-own-node=allow (8.4) */
    enum pg_named_ports named_ports; /* named-ports=sidecars|containers|all-init (7.10) */
    bool not_enforced;               /* assume-enforced=no (8.10) */
    enum pg_engine engine;           /* engine=auto|k8s|cilium|calico (13.1) */
    enum pg_admin_api admin_api;     /* admin-api=newest|v1alpha1|v1alpha2 (12.11) */
    int family;                      /* family=4|6: of the one question; 0: every common family */
};

struct pg_assume pg_assume_default(void);
/* Reads "KEY=VALUE". False, with a message that names the keys or values that there are. */
bool pg_assume_set(struct pg_assume *assume, const char *text, struct pg_err *err);
/* The keys, and the values of a key as they are written, the default first ("CIDR" stands for one); NULL past the
   last. */
const char *pg_assume_key(unsigned key);
const char *pg_assume_value(unsigned key, unsigned value);
/* Appends what is not at its default as "KEY=VALUE" separated by spaces, in the order of semantics 17. */
void pg_assume_print(struct pg_buf *out, const struct pg_assume *assume);
/* Whether both say the same. */
bool pg_assume_same(const struct pg_assume *a, const struct pg_assume *b);

#endif
