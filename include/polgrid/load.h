/*
 * Loading: files, directories, standard input and texts, YAML and JSON, into a frozen cluster.
 *
 *     struct pg_loader *loader = pg_loader_new(&options);
 *     ok = pg_loader_path(loader, "manifests", &err);      any number of times, in order
 *     struct pg_cluster *cluster = pg_loader_finish(loader);
 *
 * Bad input becomes diagnostics of the cluster; only a path that can't be opened is an error. A document
 * that can't be parsed is a PG_SEVERITY_FATAL diagnostic, and what follows it in that file is lost.
 * YAML is read through libyaml's events only, with caps on depth, nodes, aliases and size.
 */
#ifndef POLGRID_LOAD_H
#define POLGRID_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/cluster.h"
#include "polgrid/err.h"
#include "polgrid/objects.h"

struct pg_load_progress {
    uint64_t bytes, total_bytes; /* total 0 where it is not known (stdin) */
    uint32_t objects, pods, policies;
    const char *file;
};

struct pg_load_options {
    const char *default_namespace; /* for objects without one (semantics 1.3); NULL: "default" */
    bool recursive;                /* directories below directories too */
    /* Make the hash of every file: a fifth of the time of reading. Without it, whether a file has changed since is
       told by its size and its time. */
    bool hash;
    /* Called with every object of a kind that is read, as it was read but pruned, with its namespace written
       out. May be NULL. */
    void (*object)(void *object_context, const struct pg_object *object);
    void *object_context;
    /* Threads that read the files of a directory; what comes of it is the same. 0: as many as are of use. All calls
       come from the thread that loads. */
    uint32_t threads;
    /* Called now and then with what has been read; returning false stops the load, keeps what is there
       and marks the cluster partial. May be NULL. */
    bool (*progress)(void *context, const struct pg_load_progress *progress);
    void *context;
};

struct pg_loader;

/* `options` is copied; its strings must live until pg_loader_finish(). NULL: the defaults. */
struct pg_loader *pg_loader_new(const struct pg_load_options *options);

/* A file, a directory (files ending in .yaml, .yml, .json, in byte order of their names), or "-". */
bool pg_loader_path(struct pg_loader *loader, const char *path, struct pg_err *err);

/* A text that is already in memory; kept for the source view. */
void pg_loader_text(struct pg_loader *loader, const char *name, const char *text, size_t length);

/* The live cluster that the objects come from; and objects of it that were not read: what they may decide is
   unknown then (unread.h). Namespaces that were not read have labels that nobody knows, where a namespace that
   no file defines has none but its name (semantics 1.4). Both are copied. */
void pg_loader_origin(struct pg_loader *loader, const struct pg_origin *origin);
void pg_loader_unread(struct pg_loader *loader, const struct pg_unread *unread);
/* The API groups that the cluster serves: they tell of plugins. Copied. */
void pg_loader_groups(struct pg_loader *loader, const char *const *groups, uint32_t n);
/* The word for what hangs on it, as snapshots have it: "policies", "parts", "peers", "extra". */
const char *pg_unread_what(enum pg_unread_kind what);

/* The codes of diagnostics, with the severity and the meaning of each. */
struct pg_load_code {
    const char *code; /* "NP-PORT-RANGE" */
    enum pg_severity severity;
    const char *meaning;
};
const struct pg_load_code *pg_load_codes(uint32_t *n);

/* Freezes what was read (namespaces synthesised, owners resolved, duplicates settled, everything
   sorted), frees the loader and returns the cluster. Never NULL. */
struct pg_cluster *pg_loader_finish(struct pg_loader *loader);

/* Frees a loader without finishing it. */
void pg_loader_free(struct pg_loader *loader);

/* The text of a loaded file, for the source view: from memory, or read again from disk. `changed`
   tells that it is no longer what was loaded. Returns a NUL-terminated text in `arena`, or NULL. */
const char *pg_load_source(struct pg_arena *arena, const struct pg_file *file, size_t *length,
                           bool *changed, struct pg_err *err);

#endif
