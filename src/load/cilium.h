/*
 * Cilium's policies (semantics 13), from their manifests to the model: decode_cilium.c reads an object,
 * cilium_selector.c its selectors, cilium_peers.c and cilium_ports.c the rules, and finish_cilium.c what a
 * policy says about other objects (CIDR groups, Services), which may be read after it.
 *
 * One rule of a manifest may become several rules of the model, with one number: each entry of `toPorts` that
 * hangs on a proxy is a rule of its own, since it is a maybe where its neighbours are sure.
 */
#ifndef POLGRID_LOAD_CILIUM_H
#define POLGRID_LOAD_CILIUM_H

#include "decode.h"

/* Where the namespace and the service account of a pod stand among its labels, as Cilium sees them. */
#define PG_CILIUM_NAMESPACE        "io.kubernetes.pod.namespace"
#define PG_CILIUM_NAMESPACE_LABELS "io.cilium.k8s.namespace.labels."
#define PG_CILIUM_SERVICE_ACCOUNT  "io.cilium.k8s.policy.serviceaccount"
#define PG_CILIUM_CLUSTER          "io.cilium.k8s.policy.cluster"

/* --- what is settled at the end (finish_cilium.c) ------------------------------------------------------ */

enum pg_cilium_ref_kind {
    PG_CILIUM_REF_GROUP,      /* cidrGroupRef: `name` */
    PG_CILIUM_REF_GROUPS,     /* cidrGroupSelector: `selector` */
    PG_CILIUM_REF_SERVICE,    /* k8sService: `ns` (none: every namespace), `name` */
    PG_CILIUM_REF_SERVICES,   /* k8sServiceSelector: `ns`, `selector` */
    PG_CILIUM_REF_API_SERVER, /* the entity kube-apiserver */
};

/* A peer that names other objects. Until they are found it stands as a maybe. */
struct pg_cilium_ref {
    enum pg_cilium_ref_kind kind;
    pg_str ns, name;
    struct pg_selector selector;
    const struct pg_cidr *except;
    uint32_t nexcept;
};

/* A rule some of whose peers do; `refs` runs beside its peers, NULL for those that do not. */
struct pg_cilium_refs {
    struct pg_rule *rule;
    const struct pg_cilium_ref *const *refs;
};

struct pg_cilium_group {
    struct pg_raw_id id;
    struct pg_labels labels;
    const struct pg_cidr *cidrs;
    uint32_t ncidrs;
};

/* What the loader keeps of Cilium until the end. */
struct pg_cilium_raw {
    PG_VEC(struct pg_cilium_refs) refs;
    PG_VEC(struct pg_cilium_group) groups;
    bool service_accounts; /* a selector reads PG_CILIUM_SERVICE_ACCOUNT */
};

/* The record of a loader, made when it is first asked for. */
struct pg_cilium_raw *pg_cilium_raw(struct pg_loader *loader);

/* --- selectors (cilium_selector.c) ----------------------------------------------------------------- */

/* A selector of pods. Label keys may begin with a source: `k8s:app`, `any:app`, `reserved:host`; the
   namespace and its labels are keys too (semantics 13.6). */
struct pg_cilium_selector {
    struct pg_selector namespaces, pods;
    bool any_namespace; /* where `namespaces` is absent: every namespace is meant, not the policy's */
    bool no_pod;        /* matches no pod, whatever its labels */
    bool cluster;       /* it also asks for a cluster of a name that is not known */
    unsigned entities; /* enum pg_entity: what is no pod and matches too (`reserved:`) */
};

/* Whether Cilium takes a label key, with or without a source before it. */
bool pg_cilium_key(const char *key);

/* A selector of the other end of a connection (13.6, 13.17). */
struct pg_cilium_selector pg_cilium_peer_selector(struct pg_decode *decode, const struct pg_at *at);

/* endpointSelector: the subject of a policy (13.2). */
struct pg_cilium_selector pg_cilium_subject(struct pg_decode *decode, const struct pg_at *at);

/* A selector of nodes or Services: sources are only cut off. */
struct pg_selector pg_cilium_plain_selector(struct pg_decode *decode, const struct pg_at *at);

/* --- rules ------------------------------------------------------------------------------------- */

/* One of the four lists of rules. */
struct pg_cilium_list {
    const char *name; /* "ingressDeny" */
    enum pg_dir dir;
    enum pg_action action;
};

/* The peers of one rule of a manifest (cilium_peers.c). */
struct pg_cilium_peers {
    const struct pg_peer *peers;
    const struct pg_cilium_ref *const *refs;
    uint32_t n;
    const char *list; /* the name of the list that they stand in; NULL where they stand in none */
    bool none;        /* the rule names no peer at all: any, if it names ports (13.5) */
    bool has_refs;    /* some of `refs` is not NULL */
    bool requires; /* fromRequires or toRequires is used: what others allow hangs on it too (13.15) */
};

struct pg_cilium_peers pg_cilium_peers(struct pg_decode *decode, const struct pg_at *rule,
                                       const struct pg_cilium_list *list);

/* The ports of a rule of the model: those of a rule of a manifest that hang on one and the same. */
struct pg_cilium_ports {
    const struct pg_port *ports;
    uint32_t nports;
    bool any_port;
    bool may_refuse; /* a proxy decides about what matches (13.11) */
    const char *maybe_field, *maybe_detail;
};

/* The ports of one rule of a manifest (cilium_ports.c); at least one element, in *ports. `none`: the rule
   names no ports at all. */
uint32_t pg_cilium_ports(struct pg_decode *decode, const struct pg_at *rule,
                         const struct pg_cilium_list *list, const struct pg_cilium_ports **ports,
                         bool *none);

/* The path of a place, kept. */
const char *pg_cilium_path(const struct pg_decode *decode, const struct pg_at *at);

/* Reports a bare dash in a list, which the API server refuses; true where there is something. */
bool pg_cilium_item(struct pg_decode *decode, const struct pg_at *at);

/* Reads a block; false, and reported, where it is none that Cilium takes. */
bool pg_cilium_cidr(struct pg_decode *decode, const struct pg_at *at, struct pg_cidr *cidr);

#endif
