/*
 * A place in a text, and what stopped the reading of it: what the readers (input, YAML, JSON, builder) say
 * to their caller, who makes a PG_SEVERITY_FATAL diagnostic of it.
 */
#ifndef POLGRID_LOAD_FAULT_H
#define POLGRID_LOAD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "codes.h"

/* Counted from 1, columns in characters. */
struct pg_mark {
    uint32_t line, column;
};

struct pg_fault {
    enum pg_code code;
    struct pg_mark mark; /* line 0: no place */
    char message[400];
};

/* Fills the fault. Returns false, so that `return pg_fault_set(…);` reads well. */
bool pg_fault_set(struct pg_fault *fault, enum pg_code code, struct pg_mark mark,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
