/*
 * Objects that are loaded again and again, and decoded once: for a cluster that is followed, of which little
 * changes from one loading to the next.
 *
 *     struct pg_memo *memo = pg_memo_new("default");
 *     loader = pg_memo_loader(memo, &options, objects, n);     all objects, each time
 *     cluster = pg_loader_finish(loader);
 *     pg_memo_free(memo);                                      the clusters live on
 *
 * The cluster is the one that reading every text anew gives. What is kept is what decoding an object gave that is of
 * a plain kind (a pod, a NetworkPolicy), and about which there was nothing to say; all others are decoded each time.
 * What was replaced is not given back at once: when it grows to as much as what is in use, all of it is decoded anew.
 *
 * A memo belongs to one thread. Clusters share what was decoded with it, and may be read and freed in others.
 */
#ifndef POLGRID_MEMO_H
#define POLGRID_MEMO_H

#include "polgrid/load.h"

struct pg_memo;

/* `default_namespace` as in struct pg_load_options; copied. */
struct pg_memo *pg_memo_new(const char *default_namespace);
void pg_memo_free(struct pg_memo *memo);

struct pg_memo_object {
    uint32_t slot;    /* which object: a small number that is its own as long as the memo lives */
    uint64_t version; /* which state of it: another one whenever the text is another; not 0 */
    /* Where it stands: line 0, in a file of its own, whose text is kept for the source view; else in that line
       of one that many share. */
    const char *file;
    uint32_t line;
    const char *api_version, *kind; /* what it is, as it says itself */
    const char *text;               /* one object, JSON or YAML */
    size_t n;
};

/* A loader that has read the objects; more may be added to it. Texts are copied where they are kept. Of `options`
   `progress` is called as usual, and `default_namespace`, `object` and `hash` are not looked at. */
struct pg_loader *pg_memo_loader(struct pg_memo *memo, const struct pg_load_options *options,
                                 const struct pg_memo_object *objects, uint32_t n);

/* How many objects were decoded in all, and how often everything was decoded anew. */
uint64_t pg_memo_decoded(const struct pg_memo *memo);
uint32_t pg_memo_renewed(const struct pg_memo *memo);

#endif
