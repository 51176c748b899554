/*
 * A small cluster out of a text, for tests of the rooms above the loader.
 */
#ifndef PG_TESTS_WORLD_H
#define PG_TESTS_WORLD_H

#include <string.h>

#include "polgrid/eval.h"
#include "polgrid/load.h"

struct world {
    struct pg_cluster *cluster;
    struct pg_eval *eval;
};

static inline struct world world_open(const char *yaml, const char *assumed)
{
    struct pg_loader *loader = pg_loader_new(NULL);
    struct pg_assume assume = pg_assume_default();
    struct pg_err err;
    if (assumed && !pg_assume_set(&assume, assumed, &err))
        pg_die("%s", err.text);
    pg_loader_text(loader, "test.yaml", yaml, strlen(yaml));
    struct world world = {.cluster = pg_loader_finish(loader)};
    world.eval = pg_eval_new(world.cluster, &assume);
    return world;
}

static inline void world_close(struct world *world)
{
    pg_eval_free(world->eval);
    pg_cluster_free(world->cluster);
}

#endif
