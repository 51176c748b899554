/*
 * From events to trees: what the YAML and the JSON reader call as they go through a file. The builder
 * makes the nodes, cuts the input into Kubernetes objects, and hands each one over as soon as it is whole.
 *
 * A list of ten thousand pods must not be ten thousand trees. So an element of `items` that says itself
 * what it is goes to the decoder when its last line was read, and its nodes are forgotten; and what no
 * shape mentions (managedFields, env, conditions, a ConfigMap's data) is never built. An element without
 * kind and apiVersion takes them from its list (semantics 1.1), and waits for them where they come later.
 *
 * Everything that the input's author decides has a cap: depth, nodes held, anchors, what aliases expand to.
 */
#ifndef POLGRID_LOAD_BUILD_H
#define POLGRID_LOAD_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "tree.h"

#define PG_BUILD_MAX_DEPTH    100
#define PG_BUILD_MAX_NODES    2000000u /* held at once */
#define PG_BUILD_MAX_ANCHORS  10000u   /* in one document */
#define PG_BUILD_MAX_EXPANDED 1000000u /* nodes that the aliases of one document stand for */

struct pg_build;

/* Takes a whole object. `version` and `kind` are what it is where it does not say so itself, after the list
   it stands in ("v1", "Pod" in a PodList); NULL where no list says so. The nodes are valid during the
   call. */
typedef void pg_build_object(void *context, const struct pg_tree *object, const char *version,
                             const char *kind);

/* Takes a document that is no map (and not empty). */
typedef void pg_build_stray(void *context, const struct pg_tree *document);

struct pg_build_sink {
    pg_build_object *object;
    pg_build_stray *stray;
    void *context;
};

/* `fault` is where it tells why an event was refused; it must outlive the builder. */
struct pg_build *pg_build_new(const struct pg_build_sink *sink, struct pg_fault *fault);
void pg_build_free(struct pg_build *build);

/* From here on a document is no Kubernetes object: all of it is kept, and whatever it is, a null too, goes
   to the sink's `object` at once. It may hold secrets: what the builder keeps of it is overwritten at the end, and no
   fault quotes it. */
void pg_build_whole(struct pg_build *build);

/* From here on nodes are not forgotten but live in arenas that `take` is given: each time one is full of objects that
   were handed over. Whoever takes it frees it, and not before it is done with those objects. What a builder hands
   over it never writes to again once it hands over the next thing. */
typedef void pg_build_take(void *context, struct pg_arena *arena);
void pg_build_keep(struct pg_build *build, pg_build_take *take);
/* The rest of them; to be called at the end of an input. */
void pg_build_give(struct pg_build *build);

/* A document begins: forgets whatever an earlier one left. */
void pg_build_start(struct pg_build *build);

/* The events. Each returns false where a cap was met or the document is not one that can be read; then
   the fault tells why, and the document is lost. A key is a scalar that comes first in a map and
   after each value, as the readers get them. Maps and lists end with pg_build_end(). */
/* `block`: the map begins at its first key, whatever (an anchor, a tag) stands before it. */
bool pg_build_map(struct pg_build *build, struct pg_mark mark, bool block);
bool pg_build_seq(struct pg_build *build, struct pg_mark mark);
bool pg_build_scalar(struct pg_build *build, struct pg_mark mark, uint32_t end_line,
                     const char *text, size_t n, bool plain);
bool pg_build_end(struct pg_build *build, uint32_t end_line);

/* The next map, list or scalar is what this anchor names. */
bool pg_build_anchor(struct pg_build *build, struct pg_mark mark, const char *name);
/* What an anchor named, once more. */
bool pg_build_alias(struct pg_build *build, struct pg_mark mark, const char *name);

/* Whether the text of the next value is needed at all: false lets a reader skip it without copying. */
bool pg_build_wants_text(const struct pg_build *build);

/* Whether nobody reads the next value, so that a map or list may be given by pg_build_skip() alone. Where it
   lies inside of something that is not read, the answer is false: that is gone through already. */
bool pg_build_may_skip(const struct pg_build *build);
/* How deep that map or list may be nested, itself included. */
uint32_t pg_build_depth_left(const struct pg_build *build);
/* It, from its first line to its last. */
bool pg_build_skip(struct pg_build *build, struct pg_mark mark, uint32_t end_line);

#endif
