/*
 * Discovery: which groups, versions and resources a server serves. In one request where the server answers
 * with the aggregated form (Kubernetes 1.26), else a request more for each group that matters.
 */
#ifndef POLGRID_LIVE_DISCOVERY_H
#define POLGRID_LIVE_DISCOVERY_H

#include "polgrid/arena.h"
#include "polgrid/err.h"
#include "polgrid/vec.h"
#include "resources.h"

/* What to ask /apis for. */
#define LIVE_DISCOVERY_ACCEPT                                                    \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"      \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList," \
    "application/json"

struct live_discovery {
    struct pg_arena *arena;
    PG_VEC(const char *) groups;
    /* By the index of the resource: the version to read it in; NULL: it is not served. */
    const char *version[LIVE_MAX_RESOURCES];
    bool unknown[LIVE_MAX_RESOURCES]; /* served, but in no version that is understood */
    /* Why it can't be said whether it is served; looked at where there is no version. NULL: it can. */
    const char *unclear[LIVE_MAX_RESOURCES];
    /* Of the plain form: /apis/GROUP/VERSION that are to be asked for next. */
    PG_VEC(const char *) to_ask;
};

void live_discovery_start(struct live_discovery *discovery, struct pg_arena *arena);
/* The answer to /apis, in either form. */
bool live_discovery_read(struct live_discovery *discovery, const char *text, size_t n,
                         struct pg_err *err);
/* The answer to /apis/GROUP/VERSION: an APIResourceList. */
bool live_discovery_read_group(struct live_discovery *discovery, const char *text, size_t n,
                               struct pg_err *err);
/* The group is there, and what is in it could not be had. */
void live_discovery_unclear(struct live_discovery *discovery, const char *group, const char *reason);
bool live_discovery_has_group(const struct live_discovery *discovery, const char *group);

#endif
