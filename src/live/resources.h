/*
 * The resources that are read from a cluster: one table, each with what it means for the answers where it
 * can't be read. Which of them are served, discovery tells (discovery.h); those of the core are always.
 */
#ifndef POLGRID_LIVE_RESOURCES_H
#define POLGRID_LIVE_RESOURCES_H

#include <stdbool.h>
#include <stdint.h>

/* What hangs on a resource. */
enum live_need {
    LIVE_PEERS,  /* namespaces, pods: who there is */
    LIVE_POLICY, /* decides traffic: what it may touch is unknown without it */
    LIVE_PART,   /* what policies of its group refer to: they are unknown without it */
    LIVE_EXTRA, /* services, nodes, workloads, ways in: some questions can't be answered without it */
};

struct live_resource {
    const char *group;    /* "" for the core */
    const char *versions; /* that are understood, best first, with a space between */
    const char *plural, *kind;
    enum live_need need;
    bool namespaced;
    bool always;          /* served by every API server */
    const char *selector; /* fieldSelector; NULL: none */
    /* Another group that serves the same objects: this one is read only where that one is not served. */
    const char *unless;
    /* Read only where this group is served (service accounts: Calico's policies select by them). */
    const char *only_with;
};

extern const struct live_resource live_resources[];
extern const uint32_t live_nresources;

#define LIVE_MAX_RESOURCES 64

#endif
