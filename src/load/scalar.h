/*
 * What a plain (unquoted) scalar means: YAML 1.1 as the Kubernetes readers take it (semantics 1.6), where
 * `y`, `yes`, `on` are booleans and `0x50`, `0120`, `80.0`, `8e1`, `+80`, `8_0` are all 80. JSON's plain
 * scalars are a part of it. No locale, no floating point.
 */
#ifndef POLGRID_LOAD_SCALAR_H
#define POLGRID_LOAD_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pg_scalar_type {
    PG_SCALAR_STRING,
    PG_SCALAR_NULL,
    PG_SCALAR_BOOL,
    PG_SCALAR_NUMBER,
};

struct pg_scalar {
    enum pg_scalar_type type;
    bool truth;    /* PG_SCALAR_BOOL */
    bool whole;    /* PG_SCALAR_NUMBER: an integer within 64 bits, in `integer` */
    bool is_float; /* PG_SCALAR_NUMBER: written with a point or an exponent */
    int64_t integer;
};

struct pg_scalar pg_scalar_resolve(const char *text, size_t n);

#endif
