/*
 * Decoding: from the tree of one object to the model. pg_decode_object() finds out what an object is,
 * checks its shape and its metadata, and calls the decoder of its kind; here is also what all decoders
 * share.
 *
 * A fault for which the API server would refuse the object rejects it: it is counted, all its other faults
 * are reported too, and it takes no part (semantics 1.9). Pods, workloads and namespaces are drafts that
 * people look at: what their shape allows to keep is kept, marked invalid (semantics 10.5).
 */
#ifndef POLGRID_LOAD_DECODE_H
#define POLGRID_LOAD_DECODE_H

#include "field.h"
#include "kinds.h"
#include "loader.h"
#include "tell.h"

struct pg_decode {
    struct pg_loader *loader;
    const struct pg_kind *kind;
    const char *api_version, *kind_name;
    const struct pg_tree *root;
    pg_str ns; /* PG_STR_NONE for a cluster-scoped kind */
    pg_str name;
    const char *object; /* "NetworkPolicy shop/api-in", made when it is first needed */
    bool rejected;
    bool invalid; /* the API server would refuse it, and it is kept */
};

/* The builder's sink (build.h); `loader` is a struct pg_loader. */
void pg_decode_object(void *loader, const struct pg_tree *object, const char *version,
                      const char *kind);
void pg_decode_stray(void *loader, const struct pg_tree *document);

/* Reports a finding with the severity of its code. One of PG_SEVERITY_REJECT rejects the object, or marks
   it invalid where its kind is kept (PG_KIND_DRAFT). */
void pg_decode_say(struct pg_decode *decode, enum pg_code code, const struct pg_at *at,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Reports a fault that leaves nothing to keep: rejects an object of any kind. */
void pg_decode_reject(struct pg_decode *decode, enum pg_code code, const struct pg_at *at,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The place of a node, of its last line. */
struct pg_loc pg_decode_loc(const struct pg_decode *decode, const struct pg_at *at);
struct pg_loc pg_decode_end(const struct pg_decode *decode, const struct pg_at *at);

pg_str pg_decode_str(const struct pg_decode *decode, const char *text);
/* The string of a field; PG_STR_NONE where it is missing or empty. */
pg_str pg_decode_field(const struct pg_decode *decode, const struct pg_at *up, const char *key);

/* A map of labels, sorted by key. Keys and values that are not valid are reported and kept. */
struct pg_labels pg_decode_labels(struct pg_decode *decode, const struct pg_at *map);
/* Sorts by key; of equal keys the last stays. */
struct pg_labels pg_decode_sort_labels(struct pg_label *labels, uint32_t n);

/* The id of the object, for its raw record. */
struct pg_raw_id pg_decode_id(struct pg_decode *decode, const struct pg_at *object);
/* The controller among metadata.ownerReferences. */
struct pg_raw_owner pg_decode_owner(const struct pg_decode *decode, const struct pg_at *object);

/* A selector that was checked (decode_selector.c). */
struct pg_selector pg_decode_selector(struct pg_decode *decode, const struct pg_at *at);

/* What a pod and a pod template have in common: metadata.labels and spec. */
void pg_decode_pod_body(struct pg_decode *decode, const struct pg_at *pod, struct pg_pod *out);

/* Checks an object against its shape: types, unknown fields, keys written twice (verify.c). */
void pg_verify(struct pg_decode *decode, const struct pg_at *at, const struct pg_shape *shape);

/* The kinds. */
void pg_decode_namespace(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_node(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_endpoint_slice(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_endpoints(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_service(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_pod(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_workload(struct pg_decode *decode, const struct pg_at *object);
/* What a snapshot says of the cluster it is of: pg_loader_origin(), pg_loader_unread(). */
void pg_decode_snapshot(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_network_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_admin_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_baseline_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_cluster_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_cilium_policy(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_cilium_cidr_group(struct pg_decode *decode, const struct pg_at *object);
void pg_decode_unevaluated(struct pg_decode *decode, const struct pg_at *object);

#endif
