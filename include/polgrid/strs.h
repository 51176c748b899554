/*
 * Interned strings. Every name, label key and label value is stored once and is a pg_str from then on:
 * two strings are equal exactly when their numbers are.
 *
 * 0 (PG_STR_NONE) means "no string" and prints as ""; the empty string has a number of its own
 * (PG_STR_EMPTY), since Kubernetes tells a missing value from an empty one (semantics 6.7).
 */
#ifndef POLGRID_STRS_H
#define POLGRID_STRS_H

#include <stddef.h>
#include <stdint.h>

typedef uint32_t pg_str;
#define PG_STR_NONE  0u
#define PG_STR_EMPTY 1u

struct pg_strs;

struct pg_strs *pg_strs_new(void);
void pg_strs_free(struct pg_strs *strs);

/* A table that begins with the same numbers. The texts stay those of `strs`, which has to outlive it; whoever owns
   that may go on adding to it. */
struct pg_strs *pg_strs_copy(const struct pg_strs *strs);

/* The number of a text, stored if it is new. The bytes are copied. */
pg_str pg_strs_put(struct pg_strs *strs, const char *text, size_t length);
pg_str pg_strs_puts(struct pg_strs *strs, const char *text);

/* The number of a text if it is stored, else PG_STR_NONE. */
pg_str pg_strs_find(const struct pg_strs *strs, const char *text, size_t length);

/* The text of a number, terminated by a NUL; lives as long as `strs`. "" for PG_STR_NONE. */
const char *pg_strs_text(const struct pg_strs *strs, pg_str str);
size_t pg_strs_length(const struct pg_strs *strs, pg_str str);

/* Numbers given so far, including 0 and 1: ids are below this. */
uint32_t pg_strs_count(const struct pg_strs *strs);

/* Byte order of the texts; PG_STR_NONE sorts first. */
int pg_strs_compare(const struct pg_strs *strs, pg_str a, pg_str b);

#endif
