/*
 * Diagnostics: what the loader has to say about its input, each with a stable code, a place and the path
 * of the field. Loading goes on after one.
 */
#ifndef POLGRID_DIAG_H
#define POLGRID_DIAG_H

#include <stdint.h>

#include "polgrid/buf.h"

/* A place in the input. `file` is an index into pg_cluster.files; line and column count from 1, 0 where
   there is none. */
struct pg_loc {
    uint32_t file;
    uint32_t line, column;
};

enum pg_severity {
    PG_SEVERITY_INFO,
    PG_SEVERITY_WARNING, /* accepted though odd: evaluated (semantics 10.2) */
    PG_SEVERITY_ERROR, /* evaluated as the API server would, but surely a mistake (semantics 1.7) */
    PG_SEVERITY_REJECT, /* the API server would refuse the object: it takes no part (semantics 1.9) */
    PG_SEVERITY_FATAL, /* the file or document could not be read */
};

struct pg_diag {
    const char *code; /* "NP-PORT-RANGE": stable, see data/diagnostics in docs */
    enum pg_severity severity;
    struct pg_loc loc;
    const char *object;  /* "NetworkPolicy shop/api-in", NULL outside an object */
    const char *path;    /* "spec.ingress[0].from[1]", NULL for the object as a whole */
    const char *message; /* what is wrong and what to do; raw text, not sanitised */
};

const char *pg_severity_name(enum pg_severity severity); /* info, warning, error, rejected, fatal */

struct pg_cluster;
/* Appends `FILE:LINE:COLUMN: severity: KIND NS/NAME: field.path[0]: message` without a newline,
   sanitised (interface.md). */
void pg_diag_print(struct pg_buf *out, const struct pg_cluster *cluster, const struct pg_diag *diag);

#endif
