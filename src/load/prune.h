/*
 * Pruning: from the tree of an object to the little of it that the loader reads.
 */
#ifndef POLGRID_LOAD_PRUNE_H
#define POLGRID_LOAD_PRUNE_H

#include "polgrid/objects.h"
#include "tree.h"

/* Replaces `out` by the object as a line of JSON. `version` and `kind` as in build.h. `default_ns` unless NULL is
   written where it names no namespace. Nothing, and json NULL, where the object is of no kind. */
struct pg_object pg_object_prune(struct pg_buf *out, const struct pg_tree *tree,
                                 const char *version, const char *kind, const char *default_ns);

#endif
