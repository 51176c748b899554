/*
 * Shapes: which fields an object of the API has, and of what type each is. One table serves three needs.
 * The reader of documents drops what no shape mentions as wanted before it takes memory (build.h); the
 * check of an object finds wrong types, unknown fields (with the nearest known one) and keys written twice
 * (decode.h); and the decoders may then take the types for granted.
 *
 * Fields of type PG_T_ANY exist in the API but are not read: neither kept nor checked.
 */
#ifndef POLGRID_LOAD_SHAPE_H
#define POLGRID_LOAD_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pg_type {
    PG_T_ANY,
    PG_T_STRING,
    PG_T_BOOL,
    PG_T_INT,    /* 32 bits */
    PG_T_NUMBER, /* with a fraction or without */
    PG_T_INTSTR, /* a 32-bit number or a string: ports */
    PG_T_STRMAP, /* a map of strings: labels */
    PG_T_NOTES,  /* a map of strings whose values nobody reads: annotations */
    PG_T_FLAGS, /* arguments of a container: kept while it is read, neither checked nor copied (agents.h) */
    PG_T_STRLIST,
    PG_T_INTSTRLIST, /* a list of numbers and strings */
    PG_T_OBJECT,
    PG_T_LIST, /* of objects */
};

struct pg_field {
    const char *name;
    enum pg_type type;
    const struct pg_shape *shape; /* PG_T_OBJECT, PG_T_LIST */
    uint8_t length;               /* of the name */
};

/* Fields are sorted by name in byte order. */
struct pg_shape {
    const struct pg_field *fields;
    uint32_t nfields;
    /* What is wrong in here spoils only itself where the object is a draft that is kept (semantics 10.5):
       labels and ports. */
    bool soft;
    bool open; /* other fields are no mistake: nobody looked */
};

/* The field of that name, or NULL. */
const struct pg_field *pg_shape_find(const struct pg_shape *shape, const char *name, size_t length);

/* The same, where `name` most likely is the very text that the field has: keys that were looked up as they were read
   are that (build.h). */
const struct pg_field *pg_shape_refind(const struct pg_shape *shape, const char *name,
                                       size_t length);

/* The known field that `name` was most likely meant to be, or NULL where none is near. */
const char *pg_shape_nearest(const struct pg_shape *shape, const char *name);

/* What a type is called: "a number". */
const char *pg_type_what(enum pg_type type);

extern const struct pg_shape pg_shape_brief; /* of a kind of which only the name is read */
extern const struct pg_shape pg_shape_metadata, pg_shape_selector; /* parts of many kinds */
extern const struct pg_shape pg_shape_namespace, pg_shape_node, pg_shape_service, pg_shape_pod;
extern const struct pg_shape pg_shape_deployment, pg_shape_replicaset, pg_shape_statefulset,
    pg_shape_daemonset, pg_shape_job, pg_shape_cronjob, pg_shape_replication_controller;
extern const struct pg_shape pg_shape_network_policy;
extern const struct pg_shape pg_shape_snapshot;
extern const struct pg_shape pg_shape_calico_policy, pg_shape_calico_global_policy,
    pg_shape_calico_staged_policy, pg_shape_calico_staged_global_policy,
    pg_shape_calico_staged_kubernetes_policy, pg_shape_calico_tier, pg_shape_calico_set,
    pg_shape_calico_host, pg_shape_calico_stored_set, pg_shape_calico_stored_host,
    pg_shape_service_account; /* shapes_calico.c */
extern const struct pg_shape pg_shape_endpoint_slice, pg_shape_endpoints;
extern const struct pg_shape pg_shape_admin_policy, pg_shape_baseline_policy,
    pg_shape_cluster_policy; /* shapes_admin.c */
extern const struct pg_shape pg_shape_cilium_policy,
    pg_shape_cilium_cidr_group; /* shapes_cilium.c */

#endif
