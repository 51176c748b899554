/*
 * Diagnostics of the loader. Of each code a number is kept; what is more is counted, and said once.
 */
#ifndef POLGRID_LOAD_TELL_H
#define POLGRID_LOAD_TELL_H

#include "codes.h"
#include "fault.h"

#define PG_TELL_MAX 5000u

struct pg_loader;

/* `object` and `path` may be NULL; all texts are copied. */
void pg_tell(struct pg_loader *loader, enum pg_code code, enum pg_severity severity,
             struct pg_loc loc, const char *object, const char *path, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/* A place in the file that is being read. */
struct pg_loc pg_tell_loc(const struct pg_loader *loader, struct pg_mark mark);

/* Sorts what was reported by place, says what was not kept, and gives it to the cluster. */
void pg_tell_finish(struct pg_loader *loader);

#endif
