/*
 * The error of a failed operation: a function that can fail returns bool and fills a struct pg_err;
 * callers add context on the way up. Bad input is not an error but a diagnostic (diag.h).
 */
#ifndef POLGRID_ERR_H
#define POLGRID_ERR_H

#include <stdbool.h>

struct pg_err {
    char text[1024];
};

/* Sets the text, cut to fit. Returns false, so that `return pg_err_set(err, …);` reads well. */
bool pg_err_set(struct pg_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts `format…: ` before the text that is there. Returns false. */
bool pg_err_add(struct pg_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
