/*
 * What an event costs the follower (polgrid/follow.h), by kind. Each event takes something of a cluster and puts it back
 * changed: a pod under another name or with the labels of another, a policy with the subject of another.
 */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "polgrid/cluster.h"

enum { EVENTS_KINDS = 8 };

/* CPU time in microseconds, of the events that were followed. */
struct events_times {
    const char *name;
    double sum, worst;
    uint32_t n, stale; /* stale: not followed */
};

/* Returns what making the follower took. The cluster must have pods and policies. */
double events_measure(struct pg_cluster *cluster, struct events_times times[EVENTS_KINDS]);

#endif
