/*
 * The objects in what an API server sends, one by one: of a list, of a single object, of an event of a
 * watch. Each comes as one line of JSON with what the loader reads of it and nothing else, and can be given
 * to pg_loader_text() or pg_memo_loader() later, with the same outcome as the whole of it.
 *
 * The text passes the same reader, with the same caps, as a file of manifests does.
 */
#ifndef POLGRID_OBJECTS_H
#define POLGRID_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/buf.h"
#include "polgrid/err.h"

/* Valid during the call that gives it. */
struct pg_object {
    const char *api_version, *kind; /* its own, else what its list says: "v1", "Pod" */
    const char *ns, *name;          /* ns NULL where it has none */
    const char *phase;              /* status.phase of a pod; NULL: it says none */
    const char *json;               /* one line, with a newline at its end */
    size_t n;
};

/* Returning false stops the reading. */
typedef bool pg_object_fn(void *context, const struct pg_object *object);

/* Gives every object of a text, JSON or YAML, to `take`. False where it can't be read to its end or meets a cap;
   then the objects before that were given. Objects without a name or a kind are left out. */
bool pg_objects_read(const char *text, size_t n, pg_object_fn *take, void *context,
                     struct pg_err *err);

/* What pg_objects_read() gave for one object, as YAML that the loader reads to the same object. False where it
   can't be read. */
bool pg_object_yaml(struct pg_buf *out, const char *json, size_t n, struct pg_err *err);

/* --- a look into JSON text without reading all of it --- */

struct pg_json_span {
    const char *p; /* NULL: there is none */
    size_t n;
};

/* The value of a key of the object that the text is; of several, the first. What is passed over on the way
   is looked at only as far as is needed to find its end. */
struct pg_json_span pg_json_member(const char *text, size_t n, const char *key);
/* Its text, where it is a string without escapes; appended to `out`. */
bool pg_json_member_text(struct pg_buf *out, const char *text, size_t n, const char *key);

#endif
