/*
 * The annotations of nodes that tell of network plugins, the only ones that are read.
 */
#ifndef POLGRID_LOAD_MARKS_H
#define POLGRID_LOAD_MARKS_H

#include "polgrid/cluster.h"

/* What an annotation tells, enum pg_node_mark; 0: nothing that matters here. */
unsigned pg_marks_of(const char *key, const char *value);
/* What is kept of the value of one that matters: a text that tells the same and nothing besides. Among arguments there
   may be secrets. */
const char *pg_marks_rest(const char *key, const char *value);

#endif
