/*
 * A document as a tree of maps, lists and scalars, each with its place in the file. YAML and JSON make the
 * same tree (build.h), and the decoders read nothing else. Nodes live in a scratch arena that is forgotten
 * when the object was decoded; nothing of the model points into it.
 *
 * Lines and columns count from 1. A map or list begins where its first key or dash stands, so that the
 * line of a list's element is the line of what it says.
 */
#ifndef POLGRID_LOAD_TREE_H
#define POLGRID_LOAD_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "polgrid/arena.h"

enum pg_tree_kind {
    PG_TREE_SCALAR,
    PG_TREE_MAP,
    PG_TREE_SEQ,
    PG_TREE_SKIPPED, /* something that nobody reads: only its place is known */
};

struct pg_tree {
    uint8_t kind; /* enum pg_tree_kind */
    bool plain;   /* PG_TREE_SCALAR: written without quotes, so that scalar.h decides what it is */
    uint32_t n;   /* bytes of the text, entries or items */
    uint32_t size; /* nodes in it, itself included and aliases counted as often as they are used; at most
                      UINT32_MAX */
    struct pg_mark mark;
    uint32_t end_line;
    union {
        const char *text; /* terminated by a NUL, and without one inside */
        const struct pg_tree_entry *entries;
        struct pg_tree *const *items;
    };
};

/* One key of a map. Keys are unique but for those that are `lost`. */
struct pg_tree_entry {
    const char *key;
    uint32_t key_length;
    struct pg_mark mark;
    bool lost;      /* written again further down, so that this one does not count */
    bool plain_key; /* the key was no string but a boolean or a number: `key` is what JSON makes of it */
    bool merge; /* the key is YAML's `<<`; gone once the map is settled */
    struct pg_tree *value;
};

/* The value of a key, or NULL. */
struct pg_tree *pg_tree_get(const struct pg_tree *map, const char *key);

/* Whether there is no value: a missing node or a null. */
bool pg_tree_is_null(const struct pg_tree *node);

/* The text of a scalar that is a string; NULL for anything else. */
const char *pg_tree_string(const struct pg_tree *node);

/* What a node is, for messages: "a list", "a number". */
const char *pg_tree_what(const struct pg_tree *node);

/* Puts the entries of a map into their final form, copied to `arena`: duplicate keys marked, merge keys
   replaced by what they merge (a key of the map itself wins, then the first map merged). Returns NULL
   where a merge key has no map as its value, else the entries, and their number in *n. */
struct pg_tree_entry *pg_tree_settle(struct pg_arena *arena, struct pg_tree_entry *entries,
                                     uint32_t *n);

#endif
