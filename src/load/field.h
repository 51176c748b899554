/*
 * A place in an object: a node, and the way to it from the object's root, so that a finding can say
 * `spec.ingress[0].from[1]` without anybody building that text while all is well. Places live on the
 * stack of the function that goes down; each points to the one above.
 */
#ifndef POLGRID_LOAD_FIELD_H
#define POLGRID_LOAD_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/buf.h"
#include "tree.h"

struct pg_at {
    const struct pg_at *up; /* NULL for the root */
    const char *key;        /* NULL for an element of a list */
    uint32_t index;
    const struct pg_tree *raw;  /* NULL where the field is missing */
    const struct pg_tree *node; /* NULL where it is missing or null */
};

struct pg_at pg_at_root(const struct pg_tree *root);

/* A field of a map, an element of a list, an entry of a map by its number. Of anything that is no map or
   list: a missing one. */
struct pg_at pg_at_get(const struct pg_at *up, const char *key);
struct pg_at pg_at_item(const struct pg_at *up, uint32_t index);
struct pg_at pg_at_entry(const struct pg_at *up, uint32_t index);

/* The number of elements of a list, of entries of a map; 0 for anything else. */
uint32_t pg_at_items(const struct pg_at *at);
uint32_t pg_at_entries(const struct pg_at *at);

/* What a field holds, if it is of that type. A null is not (pg_at_text reads it where "" is meant). Types
   were checked before, so that a field of another type was reported and is passed over here. Numbers have
   32 bits, as the API's. */
const char *pg_at_string(const struct pg_at *at);
bool pg_at_number(const struct pg_at *at, int64_t *number);
bool pg_at_true(const struct pg_at *at);

/* The string of a map's value or a list's element: there a null is "" (semantics 1.6). NULL where it is
   neither. */
const char *pg_at_text(const struct pg_at *at);

/* Where it stands; for a missing field, where the map stands that lacks it. */
struct pg_mark pg_at_mark(const struct pg_at *at);

/* Appends the path. */
void pg_at_path(struct pg_buf *out, const struct pg_at *at);

#endif
