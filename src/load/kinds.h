/*
 * The kinds of objects that polgrid reads: one table from (group, version, kind) to the shape of the
 * object and its decoder. A new kind is a line here, a shape in shapes.c and a function in the file of its
 * family (decode_core.c, decode_workload.c, decode_networkpolicy.c …).
 */
#ifndef POLGRID_LOAD_KINDS_H
#define POLGRID_LOAD_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "shape.h"

struct pg_decode;
struct pg_at;

/* Reads an object whose shape was checked. What it finds wrong it reports; what it read it adds to the
   loader unless the object was rejected meanwhile. */
typedef void pg_decoder(struct pg_decode *decode, const struct pg_at *object);

enum {
    PG_KIND_CLUSTER = 1, /* cluster-scoped: has no namespace */
    PG_KIND_DRAFT = 2, /* kept, with a mark, where the API server would refuse it (semantics 10.5) */
    PG_KIND_LABEL = 4,    /* its name is a DNS label: no dots, at most 63 characters */
    PG_KIND_POLICY = 8,   /* decides traffic */
    PG_KIND_NETPOL = 16,  /* its faults have the codes of NetworkPolicy */
    PG_KIND_SOURCES = 32, /* label keys in its selectors may have a source before them: k8s:app */
    PG_KIND_PLAIN =
        64, /* decoding one gives one record, and touches nothing else of the loader (memo.h) */
};

struct pg_kind {
    const char *group;    /* "" for the core group */
    const char *kind;     /* "*X": every kind ending in X */
    const char *versions; /* those that are or were served, separated by blanks; NULL: any */
    const char *removed;  /* those of them that no supported server serves any more; NULL: none */
    const struct pg_shape *shape;
    pg_decoder *decode;
    unsigned flags;
};

/* The line of the table for an object: the one with its version, else one that takes any, else one of other
   versions. NULL where polgrid does not read the kind. */
const struct pg_kind *pg_kind_find(const char *api_version, const char *kind);

/* Whether a list of versions names the one of `api_version`. */
bool pg_kind_version_in(const char *versions, const char *api_version);

/* The shape that an object is pruned to while it is read. */
const struct pg_shape *pg_kind_shape(const char *api_version, const char *kind);

/* Whether a kind is a list of objects: "List", "PodList". */
bool pg_kind_is_list(const char *kind);

#endif
