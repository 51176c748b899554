/*
 * What make_cluster.c and make_policies.c share.
 */
#ifndef BENCH_MAKE_INTERNAL_H
#define BENCH_MAKE_INTERNAL_H

#include "make_cluster.h"
#include "writer.h"

enum {
    PODS_A_NAMESPACE = 15,
    PODS_A_NAMESPACE_REAL = 9,
    PODS_A_NAMESPACE_DEPLOYMENTS = 300,
    MAX_NAMESPACES = 10000, /* Kubernetes' own limit: after it they get fuller */
    APPS_A_NAMESPACE = 5,
    PODS_A_NODE = 30,
    NEW_OF = 20,       /* BENCH_DEPLOYMENTS: one of so many has no pod yet */
    UNIQUE_A_RULE = 3, /* BENCH_WORST: pods that one rule names */
};

struct maker {
    struct writer w;
    const struct bench_cluster *cluster;
    uint64_t random;
    uint32_t each; /* pods of a namespace */
    uint32_t nnamespaces, nnodes;
};

/* Begins an object and its metadata, which goes on after it. */
void make_object(struct maker *m, const char *version, const char *kind, const char *ns,
                 const char *name, uint32_t number);
void make_manager(struct writer *w, const char *manager, const char *version, bool status);
void make_manager_end(struct writer *w);

/* The policies of a namespace. */
void make_policies(struct maker *m, uint32_t ns);

#endif
