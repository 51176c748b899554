/*
 * A text of either sort into the builder: JSON where it begins as that, else YAML; and JSON documents that
 * YAML follows.
 */
#ifndef POLGRID_LOAD_READER_H
#define POLGRID_LOAD_READER_H

#include "build.h"
#include "feed.h"

/* As pg_json_read() and pg_yaml_read(): true at the end, and where the feed was stopped. */
bool pg_read_any(struct pg_build *build, struct pg_feed *feed, struct pg_fault *fault);

#endif
