/*
 * Calico's objects on their way into the model (semantics 14). What a policy means hangs on objects that may
 * be read after it: tiers give it its place, network sets and service accounts stand behind its selectors, and
 * `contains` looks through the labels of every pod. So the decoders check and keep what was written
 * (decode_calico*.c), and pg_calico_finish() makes the policies once all was read (finish_calico*.c).
 *
 * Objects of crd.projectcalico.org/v1 are those of projectcalico.org/v3 as they are stored: they are read as
 * such, and have its group (semantics 1.2).
 *
 * Texts and expressions live in the arena of the cluster, the lists here in the loader's `work`.
 */
#ifndef POLGRID_LOAD_CALICO_H
#define POLGRID_LOAD_CALICO_H

#include "calico_selector.h"
#include "decode.h"

#define PG_CALICO_GROUP "projectcalico.org"

/* Labels that Calico gives pods (semantics 14.7). */
#define PG_CALICO_NAMESPACE    "projectcalico.org/namespace"
#define PG_CALICO_ORCHESTRATOR "projectcalico.org/orchestrator"
#define PG_CALICO_ACCOUNT      "projectcalico.org/serviceaccount"
/* And service accounts and namespaces; a namespace has its name in PG_NAME_LABEL already. */
#define PG_CALICO_NAME "projectcalico.org/name"

/* The annotation in which Calico keeps the metadata of an object that is stored as a CRD: a text in JSON. The
   object's own labels are only those of Calico. */
#define PG_CALICO_METADATA_NOTE "projectcalico.org/metadata"

/* One of `nets` or `notNets`. */
struct pg_calico_net {
    struct pg_cidr cidr;
    const char *field; /* "spec.ingress[0].source.nets[1]" */
    uint32_t index;
    struct pg_loc loc;
};

/* `source` or `destination` of a rule. A selector that was left out, or is empty, is NULL. */
struct pg_calico_entity {
    const char *path; /* "spec.ingress[0].source" */
    struct pg_loc loc;
    struct pg_calico_selector *selector, *not_selector, *namespaces, *accounts;
    const pg_str *account_names;
    uint32_t naccount_names;
    pg_str service, service_ns; /* PG_STR_NONE: no services */
    const struct pg_calico_net *nets, *not_nets;
    uint32_t nnets, nnot_nets;
    const struct pg_port *ports, *not_ports; /* of the rule's protocol */
    uint32_t nports, nnot_ports;
};

#define PG_CALICO_ANY_PROTOCOL (-1)

struct pg_calico_rule {
    enum pg_action action;
    bool log; /* action Log: goes on to the next rule */
    uint32_t index;
    const char *path;           /* "spec.ingress[0]" */
    int protocol, not_protocol; /* numbers of IP, or PG_CALICO_ANY_PROTOCOL */
    int ip_version;             /* 4, 6 or 0 */
    bool icmp, not_icmp, http;
    struct pg_calico_entity source, destination;
    struct pg_loc loc, end;
};

struct pg_calico_policy {
    struct pg_raw_policy raw; /* without what the rest of this struct becomes */
    pg_str tier;
    struct pg_calico_selector *selector, *namespaces, *accounts;
    const struct pg_calico_rule *rules[2]; /* by pg_dir */
    uint32_t nrules[2];
    const char *broken;     /* the field of a selector that can't be read */
    const char *hosts_only; /* the field for which it touches host endpoints only */
};

struct pg_calico_tier {
    struct pg_raw_id id;
    double order;
    bool pass;
};

/* A NetworkSet or a GlobalNetworkSet; a HostEndpoint too, whose addresses selectors find likewise. */
struct pg_calico_set {
    struct pg_raw_id id; /* ns PG_STR_NONE: global */
    struct pg_labels labels;
    const struct pg_calico_net *nets;
    uint32_t nnets;
    pg_str node;  /* a HostEndpoint's, else PG_STR_NONE */
    bool is_open; /* a HostEndpoint that lets through what no policy denies */
};

struct pg_calico_account {
    struct pg_raw_id id;
    struct pg_labels labels; /* with PG_CALICO_NAME */
};

/* What the loader keeps of Calico until the end. */
struct pg_calico {
    PG_VEC(struct pg_calico_policy) policies;
    PG_VEC(struct pg_calico_tier) tiers;
    PG_VEC(struct pg_calico_set) sets;
    PG_VEC(struct pg_calico_account) accounts;
    PG_VEC(struct pg_calico_selector *) selectors; /* all that were read */
};

/* --- decoding (decode_calico.c, decode_calico_rule.c, decode_calico_parts.c) ----------------------------- */

/* The kinds of the table in kinds.c. */
void pg_decode_calico_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_calico_staged_kubernetes(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_calico_tier(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_calico_set(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_calico_host(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_service_account(struct pg_decode *decode, const struct pg_at *object);

/* The built-in tiers: false where the name is none of theirs (semantics 14.1). */
bool pg_calico_builtin_tier(const char *name, double *order, bool *pass);

/* What a selector is of: decides what projectcalico.org/name stands for. */
enum pg_calico_of {
    PG_CALICO_OF_ENDPOINTS,
    PG_CALICO_OF_NAMESPACES,
    PG_CALICO_OF_RULE_NAMESPACES, /* where global() may stand */
};

/* The selector of a field; NULL where it is left out or empty, and where it can't be read: then that is
   reported, and *broken is the field. */
struct pg_calico_selector *pg_calico_read_selector(struct pg_decode *decode, const struct pg_at *up,
                                                   const char *key, enum pg_calico_of of,
                                                   const char **broken);
/* A list of addresses and blocks; those that are none are reported. */
const struct pg_calico_net *pg_calico_read_nets(struct pg_decode *decode, const struct pg_at *list,
                                                uint32_t *n);
/* A number with or without a fraction; false where there is none. */
bool pg_calico_read_number(struct pg_decode *decode, const struct pg_at *at, double *number);
const struct pg_calico_rule *pg_calico_read_rules(struct pg_decode *decode, const struct pg_at *list,
                                                  enum pg_dir dir, const char **broken, uint32_t *n);
/* The path of a field, kept with the cluster. */
const char *pg_calico_path(const struct pg_decode *decode, const struct pg_at *at);
struct pg_calico *pg_calico_of(struct pg_loader *loader);

/* --- finishing (finish_calico.c) ------------------------------------------------------------------------- */

/* Makes the policies of the model. To be called when everything was read and before anything of it is
   numbered: it adds to the loader's policies, and to the labels of pods. */
void pg_calico_finish(struct pg_loader *loader);

#endif
