#include "polgrid/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pg_err_set(struct pg_err *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

bool pg_err_add(struct pg_err *err, const char *format, ...)
{
    char prefix[sizeof err->text - sizeof ": "];
    size_t n, rest;
    va_list args;

    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    n = strlen(prefix);
    rest = strlen(err->text);
    if (rest > sizeof err->text - 1 - n - 2)
        rest = sizeof err->text - 1 - n - 2;
    memmove(err->text + n + 2, err->text, rest);
    memcpy(err->text, prefix, n);
    memcpy(err->text + n, ": ", 2);
    err->text[n + 2 + rest] = '\0';
    return false;
}
