/*
 * One YAML or JSON document as a tree, for readers of files that hold no Kubernetes objects (a kubeconfig).
 * The same readers, caps and meaning of plain scalars as for manifests (semantics 1.6); nothing is left out.
 */
#ifndef POLGRID_DOCUMENT_H
#define POLGRID_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/buf.h"
#include "polgrid/err.h"

struct pg_tree;

/* Reads the first document of `text` into `arena`; *document is NULL where there is none. The error begins
   with "line N: ". What follows the first document is not looked at. */
bool pg_document_read(struct pg_arena *arena, const char *text, size_t n, struct pg_tree **document,
                      struct pg_err *err);

/* Overwrites every text of a document, for one that holds secrets. */
void pg_document_wipe(struct pg_tree *document);

enum pg_document_kind {
    PG_DOCUMENT_NOTHING, /* NULL, or a null */
    PG_DOCUMENT_STRING,
    PG_DOCUMENT_BOOL,
    PG_DOCUMENT_NUMBER,
    PG_DOCUMENT_MAP,
    PG_DOCUMENT_LIST,
};

/* All of these take NULL for a node that is not there. */
enum pg_document_kind pg_document_kind(const struct pg_tree *node);
const char *pg_document_what(const struct pg_tree *node); /* "a list" */
uint32_t pg_document_line(const struct pg_tree *node);

/* Entries of a map or items of a list; 0 for anything else. */
uint32_t pg_document_count(const struct pg_tree *node);
const struct pg_tree *pg_document_item(const struct pg_tree *node, uint32_t i);
/* The key of an entry; NULL where the same key was written again further down, and that one counts. */
const char *pg_document_key(const struct pg_tree *map, uint32_t i);
const struct pg_tree *pg_document_get(const struct pg_tree *map, const char *key);

/* The text of a string, else NULL; a boolean, else false. */
const char *pg_document_text(const struct pg_tree *node);
bool pg_document_truth(const struct pg_tree *node);

/* Appends a node as JSON on one line; null for NULL. */
void pg_document_json(struct pg_buf *out, const struct pg_tree *node);

#endif
