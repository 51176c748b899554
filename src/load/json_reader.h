/*
 * JSON (RFC 8259, strictly) into the same trees as YAML. A reader of polgrid's own, since every rule must
 * know its line and column, which jansson does not keep, and since what nobody reads can be passed over
 * without a copy.
 */
#ifndef POLGRID_LOAD_JSON_READER_H
#define POLGRID_LOAD_JSON_READER_H

#include "build.h"
#include "feed.h"

/* Reads the documents of `input`, one after another. True at its end, where it was stopped, and before a
   line `---`, after which the rest is YAML: then *yaml_line is that line, else 0. False where it is no JSON
   or a cap was met: `fault` tells where and why. */
bool pg_json_read(struct pg_build *build, struct pg_feed *input, uint32_t *yaml_line,
                  struct pg_fault *fault);

#endif
