/*
 * What was not read of a live cluster, or by the snapshot of one, and what hangs on it: policies that stand
 * for those that were not read, and namespaces whose labels are not known. No cell that an unread object may
 * decide is left sure.
 */
#ifndef POLGRID_LOAD_UNREAD_H
#define POLGRID_LOAD_UNREAD_H

#include "finish.h"

/* Adds what stands for unread policies, each of which makes unknown what it may select (semantics 0.4). To be
   called when the namespaces have their numbers, before policies are settled. */
void pg_unread_policies(struct pg_finish *finish);

/* Where namespaces were not read: what selects them by labels that are not known possibly holds, for those
   that no object defines; for the others it holds or does not, as ever. To be called when the policies are in
   their places. */
void pg_unread_labels(struct pg_finish *finish);

#endif
