/*
 * Writes a world the way people and tools write manifests: block or flow style, quoted or plain, one
 * stream of documents, a List, or JSON; with fields that polgrid does not read in between.
 */
#ifndef ORACLE_RENDER_H
#define ORACLE_RENDER_H

#include <stddef.h>

#include "world.h"

/* The text, terminated by a NUL; the caller frees it. The style follows from the world's seed. */
char *render_world(const struct world *world, size_t *length);

/* The name that the program gives to an endpoint: "p3", "p3[Deployment]". */
void render_pod_name(const struct w_pod *pod, char name[64]);

/* The kind of a policy, as its manifest says it. */
const char *render_kind(const struct world *world, const struct w_policy *policy);

/* How its fault shows: the end of the field's path that the diagnostic must name (10.1). */
const char *render_fault_path(const struct w_policy *policy);

#endif
