/*
 * The fast way past a JSON map or list that nobody reads: managedFields, env, volumes, conditions are more
 * than half of what an API server sends.
 *
 * It knows one answer only: where the value ends. Whatever it is not sure of (a fault, bytes beyond ASCII, the
 * end of the chunk) it leaves to the reader, which then goes through the same bytes one by one and says what is
 * wrong, with line and column. So there is one set of diagnostics, and this has to be right in one thing:
 * never to pass what the reader would refuse.
 */
#ifndef POLGRID_LOAD_JSON_SKIP_H
#define POLGRID_LOAD_JSON_SKIP_H

#include <stdbool.h>
#include <stdint.h>

struct pg_json_skipped {
    const char *end;       /* the first byte behind the value */
    const char *last_line; /* the last newline in it; NULL: none */
    uint32_t newlines;
};

/* Skips the map or list that begins at `p`, before `end`. At most `depth` levels. False: not this way. */
bool pg_json_skip(const char *p, const char *end, uint32_t depth, struct pg_json_skipped *skipped);
/* The same without the processor's vector instructions; for tests, and where there are none. */
bool pg_json_skip_plainly(const char *p, const char *end, uint32_t depth,
                          struct pg_json_skipped *skipped);

/* The first byte from `p` on that is a quote, a backslash, a control character or beyond ASCII; else `end`. */
const char *pg_json_text_end(const char *p, const char *end);
const char *pg_json_text_end_plainly(const char *p, const char *end);

#endif
