/*
 * The containers that network plugins are made of, and the few of their arguments that tell whether they enforce
 * policies. Of arguments nothing else is ever kept: a flag of the table with a value of the table is written
 * out of the table, so that no secret gets from a pod into a snapshot.
 */
#ifndef POLGRID_LOAD_AGENTS_H
#define POLGRID_LOAD_AGENTS_H

#include <stdbool.h>

#include "polgrid/buf.h"
#include "tree.h"

/* Whether plugins are installed in a namespace of that name; elsewhere a container of such a name is somebody's own. */
bool pg_agents_live_in(const char *ns);

/* What a container tells, enum pg_agent_mark or-ed; 0 where it is no plugin's. */
unsigned pg_agent_marks(const struct pg_tree *container);

/* Writes the arguments of a container that matter, as a list of JSON that pg_agent_marks() reads to the same marks.
   False, and nothing, where it has none or is no plugin's. */
bool pg_agent_print_args(struct pg_buf *out, const struct pg_tree *container);

#endif
