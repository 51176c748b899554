/*
 * YAML: libyaml's events, handed to the builder. Only the event interface is used: libyaml's own trees have
 * no caps.
 */
#ifndef POLGRID_LOAD_YAML_READER_H
#define POLGRID_LOAD_YAML_READER_H

#include "build.h"
#include "feed.h"

/* Reads the rest of `input`, which begins on line `first_line` of the file. False where it is no YAML or a
   cap was met: `fault` tells where and why. True also if the reading was stopped. */
bool pg_yaml_read(struct pg_build *build, struct pg_feed *input, uint32_t first_line,
                  struct pg_fault *fault);

#endif
