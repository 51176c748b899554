/*
 * The annotations of nodes that tell of network plugins, the only ones that are read.
 */
#ifndef POLGRID_LOAD_MARKS_H
#define POLGRID_LOAD_MARKS_H

#include "polgrid/cluster.h"

/* What an annotation tells, enum pg_node_mark; 0: nothing that matters here. */
unsigned pg_marks_of(const char *key, const char *value);

/* What a copy of it says instead, and tells the same: of arguments, among which there may be secrets, only what
   matters. NULL: the value as it is. */
const char *pg_marks_copy(const char *key, const char *value);

#endif
