#include "polgrid/live.h"

#include <string.h>

#include "inner.h"
#include "polgrid/clock.h"

struct pg_live *pg_live_new(const struct pg_kube_flags *flags, const struct pg_kube_env *env,
                            struct pg_err *err)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_live *live = pg_arena_alloc(arena, sizeof *live);

    live->arena = arena;
    live->env = env;
    live->random = (uint64_t)pg_clock_ms() * 2654435761u;
    if (!pg_kube_load(arena, flags, env, &live->target, err)) {
        pg_arena_free(arena);
        return NULL;
    }
    live->read = pg_arena_new();
    live->news = pg_arena_new();
    live->probe = pg_arena_new();
    live->store = live_store_new();
    live->creds = pg_kube_creds_new(&live->target, env);
    live->http = pg_http_new(&live->target, live->creds, env, err);
    if (!live->http) {
        pg_live_free(live);
        return NULL;
    }
    return live;
}

void pg_live_free(struct pg_live *live)
{
    if (!live)
        return;
    pg_http_free(live->http);
    for (uint32_t i = 0; i < live->lists.n; i++) {
        pg_buf_free(&live->lists.v[i]->token);
        pg_buf_free(&live->lists.v[i]->version);
    }
    pg_kube_creds_free(live->creds);
    pg_kube_target_wipe(&live->target);
    live_store_free(live->store);
    pg_memo_free(live->memo);
    pg_arena_free(live->news);
    pg_arena_free(live->probe);
    pg_arena_free(live->read);
    pg_arena_free(live->arena);
}

const struct pg_kube_target *pg_live_target(const struct pg_live *live)
{
    return &live->target;
}

bool pg_live_login(struct pg_live *live, struct pg_kube_run *run, struct pg_err *err)
{
    return pg_kube_creds_login(live->creds, run, err);
}
