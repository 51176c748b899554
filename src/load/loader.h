/*
 * The loader from the inside: what was read and is not settled yet. Objects are kept as they were read,
 * with names instead of numbers, until pg_loader_finish() sorts them, settles duplicates and owners, and
 * gives everything its number (finish.c).
 *
 * What belongs to the cluster (labels, rules, diagnostics) is made in the cluster's arena at once; what is
 * only on the way to it lives in `work`.
 */
#ifndef POLGRID_LOAD_LOADER_H
#define POLGRID_LOAD_LOADER_H

#include "build.h"
#include "polgrid/cluster.h"
#include "polgrid/load.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

/* What every object has. `order` is that of reading: of two with one name, the last read counts. */
struct pg_raw_id {
    pg_str ns;    /* PG_STR_NONE for a cluster-scoped object */
    pg_str kind;  /* of workloads and policies */
    pg_str group; /* of policies */
    pg_str name;
    uint32_t order;
    struct pg_loc loc;
};

/* A controller, by an owner reference; kind PG_STR_NONE where there is none. */
struct pg_raw_owner {
    pg_str kind, name;
};

struct pg_raw_namespace {
    struct pg_raw_id id;
    struct pg_labels labels;
};

struct pg_raw_node {
    struct pg_raw_id id;
    struct pg_labels labels;
    struct pg_addr *addrs; /* `ninternal` InternalIPs, then ExternalIPs */
    uint32_t naddrs, ninternal;
    pg_str kubelet_version;
    unsigned marks;
};

struct pg_raw_pod {
    struct pg_raw_id id;
    struct pg_pod pod; /* without ns, node and workload */
    struct pg_raw_owner owner;
    const char *finished; /* "succeeded", "failed"; NULL: it lives */
};

struct pg_raw_workload {
    struct pg_raw_id id;
    struct pg_raw_owner owner;
    uint32_t replicas;
    bool suspended;
    struct pg_pod pod; /* of the template */
    bool represented;  /* a live pod of it was read (semantics 2.8) */
};

struct pg_raw_service {
    struct pg_raw_id id;
    struct pg_service service;
};

/* An EndpointSlice, or (legacy) an Endpoints object. */
struct pg_raw_slice {
    struct pg_raw_id id;
    pg_str service; /* name, in the namespace of the slice */
    bool legacy;
    const struct pg_endpoint *endpoints;
    uint32_t nendpoints;
};

struct pg_raw_policy {
    struct pg_raw_id id;
    struct pg_policy policy;
};

struct pg_loader {
    struct pg_load_options options;
    struct pg_cluster *cluster;
    struct pg_arena *work;
    struct pg_build *build;
    struct pg_fault fault;
    struct pg_load_progress progress;
    struct pg_buf pruned; /* for options.object */
    bool stopped;
    bool streamed;           /* some input's size is not known beforehand */
    uint32_t file;           /* the one being read */
    uint32_t lines_before;   /* what is read begins so many lines into it */
    uint32_t file_documents; /* in it, objects or not */
    uint32_t order;
    uint32_t generated; /* names made up for objects with generateName */
    pg_str default_ns;

    PG_VEC(struct pg_file) files;
    PG_VEC(struct pg_diag) diags;
    uint32_t reported[PG_CODE_COUNT];
    PG_VEC(struct pg_skipped) skipped;
    struct pg_map skipped_index; /* hash of apiVersion and kind to an index */
    struct pg_map told;          /* unknown fields that were told about once (OBJ-FIELD-NEW) */

    PG_VEC(struct pg_raw_namespace) namespaces;
    PG_VEC(struct pg_raw_node) nodes;
    /* On the heap: pods, workloads and policies are what there may be hundreds of thousands of. */
    PG_VEC(struct pg_raw_pod) pods;
    PG_VEC(struct pg_raw_workload) workloads;
    PG_VEC(struct pg_raw_service) services;
    PG_VEC(struct pg_raw_slice) slices;
    PG_VEC(struct pg_raw_policy) policies;
    PG_VEC(struct pg_unread) unread;
    struct pg_routes_raw *routes; /* NULL where no Ingress and the like was read (route.h) */
    struct pg_cilium_raw *cilium; /* NULL where nothing of Cilium's was read (cilium.h) */
    struct pg_calico *calico;     /* NULL where nothing of Calico's was read (calico.h) */
};

/* The name of the label that every namespace has (semantics 1.4). */
#define PG_NAME_LABEL "kubernetes.io/metadata.name"

/* Calls for progress: `bytes` more were read. False once the load is to stop. */
bool pg_loader_progress(struct pg_loader *loader, uint64_t bytes);

/* The time of a file, as struct pg_file has it (source.c). */
struct stat;
int64_t pg_load_mtime(const struct stat *info);

/* Reads one open source into the loader as a new file. */
struct pg_feed;
void pg_loader_read(struct pg_loader *loader, struct pg_feed *input, const char *name, bool on_disk);

/* Reads one object that stands in `line` of a file that is listed already; 0: that is a file of its own. False
   where it can't be read, which is told. */
bool pg_loader_object(struct pg_loader *loader, struct pg_feed *input, uint32_t file, uint32_t line);

/* The same as pg_loader_read() for the next file on disk that is read ahead. False where it can't be opened: errno tells why. */
struct pg_ahead;
bool pg_loader_read_ahead(struct pg_loader *loader, struct pg_ahead *ahead, const char *name);

#endif
