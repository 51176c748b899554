/*
 * The network plugin that a cluster runs, as far as its own DaemonSets and the versions of its nodes show, and whether it enforces
 * policies at all (semantics 8.10). Policies of a plugin that does not enforce are stored and have no
 * effect: nothing in them tells.
 */
#ifndef POLGRID_PLUGIN_H
#define POLGRID_PLUGIN_H

#include "polgrid/arena.h"
#include "polgrid/cluster.h"

enum pg_enforcement {
    PG_ENFORCEMENT_UNKNOWN, /* no plugin was seen, or what it does hangs on settings that were not read */
    PG_ENFORCEMENT_FOUND,  /* a plugin that enforces was seen */
    PG_ENFORCEMENT_ABSENT, /* only a plugin that does not enforce was seen */
};

struct pg_plugin {
    enum pg_enforcement enforcement;
    const char *name;     /* "Calico"; NULL where none was seen */
    const char *evidence; /* "DaemonSet kube-system/calico-node"; NULL likewise */
    const char *sentence; /* what to tell the reader; raw text */
    const char *own_node; /* what it is known to do with a pod's own node (8.3); NULL: nothing in particular */
};

/* Looks at the workloads and nodes of the cluster; the texts live in `arena`, if they are not constant. */
struct pg_plugin pg_plugin_find(struct pg_arena *arena, const struct pg_cluster *cluster);

/* "found", "absent", "unknown". */
const char *pg_enforcement_name(enum pg_enforcement enforcement);

#endif
