/*
 * Clusters of any size, written as they come: JSON as the lists an API server sends, one a kind, in which
 * the items do not repeat the kind; YAML as the one List that kubectl prints. Every pod with its status, its
 * managedFields and the labels that controllers add. The same profile, size and seed make the same text.
 */
#ifndef BENCH_MAKE_CLUSTER_H
#define BENCH_MAKE_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum bench_profile {
    /* Five policies a namespace: default deny, DNS, one app to the next, the ingress controller,
       monitoring. */
    BENCH_EVEN,
    /* As clusters are found: 22 policies a namespace, 40 % of the peers are CIDRs, a quarter of the
       policies has no effect. */
    BENCH_REAL,
    /* Every pod unlike every other, and peers that search the whole cluster. */
    BENCH_WORST,
    /* Few workloads with many replicas: Deployments; StatefulSets and Jobs, whose pods each have labels of
       their own; and some Deployments without a pod, of which no address is known. */
    BENCH_DEPLOYMENTS,
    BENCH_NPROFILES,
};

struct bench_cluster {
    enum bench_profile profile;
    uint32_t npods; /* 150,000 go with 10,000 namespaces, and with 50,000 policies in BENCH_EVEN */
    uint64_t seed;
    bool json;
};

const char *bench_profile_name(enum bench_profile profile);
/* BENCH_NPROFILES where there is no such profile. */
enum bench_profile bench_profile_find(const char *name);

void bench_cluster_write(FILE *out, const struct bench_cluster *cluster);

#endif
