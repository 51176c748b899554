/*
 * The network plugins that a cluster runs, as far as its own DaemonSets, their arguments and the nodes show; whether
 * they enforce policies at all (semantics 8.10), and what each is known to do otherwise than the specification says.
 * Policies of a plugin that does not enforce are stored and have no effect: nothing in them tells.
 *
 * Verdicts are never changed by what is found here: they are what the policies say. What is found is said beside them.
 */
#ifndef POLGRID_PLUGIN_H
#define POLGRID_PLUGIN_H

#include "polgrid/arena.h"
#include "polgrid/cluster.h"

enum pg_enforcement {
    PG_ENFORCEMENT_UNKNOWN, /* no plugin was seen, or what it does hangs on settings that were not read, or on the node */
    PG_ENFORCEMENT_FOUND,  /* a plugin that enforces was seen */
    PG_ENFORCEMENT_ABSENT, /* only a plugin that does not enforce was seen */
};

/* What a policy can ask for that some plugins lack, or do in a way of their own. */
enum pg_feature {
    PG_FEATURE_END_PORT,     /* 7.4 */
    PG_FEATURE_SCTP,         /* 7.13 */
    PG_FEATURE_EXCEPT,       /* ipBlock with except */
    PG_FEATURE_NAMED_PORT,   /* 7.5 */
    PG_FEATURE_INIT_PORT,    /* a named port of another container than an ordinary one (7.10) */
    PG_FEATURE_NEGATIVE,     /* NotIn, DoesNotExist */
    PG_FEATURE_EGRESS,       /* isolation for egress */
    PG_FEATURE_IPV6,         /* a pod with such an address */
    PG_FEATURE_ANY_OWNER,    /* pods that are of no Deployment */
    PG_FEATURE_NOT_ISOLATED, /* that pods which no policy selects are open (3.1) */
};

struct pg_lack {
    enum pg_feature feature;
    bool windows;     /* on nodes with Windows only */
    const char *text; /* a sentence: "Cilium before 1.16 …"; NULL ends a list */
};

/* One plugin of which signs were seen. */
struct pg_plugin_seen {
    const char *name; /* "Calico" */
    enum pg_enforcement enforcement;
    const char *evidence; /* "DaemonSet kube-system/calico-node" */
    const char *own_node; /* what it is known to do with a pod's own node (8.3); NULL: nothing in particular */
    const struct pg_lack *lacks; /* NULL: nothing that is known here */
    /* Kinds of policies beside NetworkPolicy that it reads, and that some releases or settings of it read: bits by
       enum pg_policy_kind. */
    unsigned reads, may_read;
};

struct pg_plugin {
    enum pg_enforcement enforcement;
    const char *name;     /* "Calico", "Calico and Cilium"; NULL where none was seen */
    const char *evidence; /* "DaemonSet kube-system/calico-node"; NULL likewise */
    const char *sentence; /* what to tell the reader; raw text */
    bool mixed;           /* not the same everywhere: several plugins, or nodes without one */
    const struct pg_plugin_seen *seen;
    uint32_t nseen;
};

/* Looks at the workloads and nodes of the cluster; the texts live in `arena`, if they are not constant. */
struct pg_plugin pg_plugin_find(struct pg_arena *arena, const struct pg_cluster *cluster);

/* Whether a policy asks for what is lacking, in any of its rules. Of NetworkPolicies only, and never of what is not
   written in a policy (NOT_ISOLATED, ANY_OWNER, IPV6). */
bool pg_plugin_relies(const struct pg_policy *policy, enum pg_feature feature);

/* How many policies ask for what is lacking, and the first of them; of what Windows lacks 0 where no node has it. */
uint32_t pg_plugin_count(const struct pg_cluster *cluster, const struct pg_lack *lack,
                         uint32_t *first);
/* How many policies are of kinds that the plugin does not read, and the first of them. */
uint32_t pg_plugin_count_unread(const struct pg_cluster *cluster, const struct pg_plugin_seen *seen,
                                uint32_t *first);

/* "found", "absent", "unknown". */
const char *pg_enforcement_name(enum pg_enforcement enforcement);
/* "endPort", "SCTP" … */
const char *pg_feature_name(enum pg_feature feature);
/* "AdminNetworkPolicy": what reads and may_read count. NULL for NetworkPolicy and what is not evaluated. */
const char *pg_plugin_kind_name(unsigned kind);

#endif
