#include "store.h"

#include <string.h>

#include "polgrid/map.h"
#include "polgrid/vec.h"
#include "resources.h"

struct live_store {
    struct pg_arena *arena; /* names; those of what is gone stay until it comes again */
    PG_VEC(struct live_object) objects[LIVE_MAX_RESOURCES]; /* on the heap */
    uint32_t counts[LIVE_MAX_RESOURCES];
    struct pg_map index[LIVE_MAX_RESOURCES]; /* hash of namespace and name to the place */
    uint32_t nslots;
    uint64_t version;
};

struct live_store *live_store_new(void)
{
    struct pg_arena *arena = pg_arena_new();
    struct live_store *store = pg_arena_alloc(arena, sizeof *store);

    store->arena = arena;
    return store;
}

void live_store_free(struct live_store *store)
{
    if (!store)
        return;
    for (uint32_t r = 0; r < LIVE_MAX_RESOURCES; r++) {
        for (uint32_t i = 0; i < store->objects[r].n; i++)
            pg_buf_free(&store->objects[r].v[i].text);
        pg_vec_free(&store->objects[r]);
        pg_map_free(&store->index[r]);
    }
    pg_arena_free(store->arena);
}

/* The place of an object, gone or not; UINT32_MAX where there never was one. *key is where to put it. */
static uint32_t look_up(const struct live_store *store, uint32_t resource, const char *ns,
                        const char *name, uint64_t *key)
{
    *key = pg_hash(name, strlen(name), pg_hash(ns, strlen(ns) + 1, 0));
    for (;; ++*key) {
        const uint32_t *place = pg_map_get(&store->index[resource], *key);
        if (!place)
            return UINT32_MAX;
        const struct live_object *object = &store->objects[resource].v[*place];
        if (strcmp(object->name, name) == 0 && strcmp(object->ns, ns) == 0)
            return *place;
    }
}

enum live_change live_store_put(struct live_store *store, uint32_t resource, const char *ns,
                                const char *name, const char *text, size_t n, uint32_t round)
{
    uint64_t key;
    uint32_t place = look_up(store, resource, ns, name, &key);
    struct live_object *object;
    enum live_change change;

    if (place == UINT32_MAX) {
        place = store->objects[resource].n;
        pg_map_put(&store->index[resource], key, place);
        object = pg_vec_add_heap(&store->objects[resource]);
        *object = (struct live_object){
            .resource = resource, .gone = true, .slot = store->nslots++, .line = place + 1};
        object->ns = *ns ? pg_arena_strdup(store->arena, ns) : "";
        object->name = pg_arena_strdup(store->arena, name);
    }
    object = &store->objects[resource].v[place];
    object->round = round;
    if (!object->gone && object->text.n == n && memcmp(object->text.p, text, n) == 0)
        return LIVE_SAME;
    change = object->gone ? LIVE_ADDED : LIVE_CHANGED;
    store->counts[resource] += object->gone;
    object->gone = false;
    object->version = ++store->version;
    pg_buf_free(&object->text);
    pg_buf_add(&object->text, text, n);
    return change;
}

enum live_change live_store_remove(struct live_store *store, uint32_t resource, const char *ns,
                                   const char *name)
{
    uint64_t key;
    uint32_t place = look_up(store, resource, ns, name, &key);
    struct live_object *object;

    if (place == UINT32_MAX || store->objects[resource].v[place].gone)
        return LIVE_SAME;
    object = &store->objects[resource].v[place];
    object->gone = true;
    store->counts[resource]--;
    pg_buf_free(&object->text);
    return LIVE_REMOVED;
}

const struct live_object *live_store_find(const struct live_store *store, uint32_t resource,
                                          const char *ns, const char *name)
{
    uint64_t key;
    uint32_t place = look_up(store, resource, ns, name, &key);

    if (place == UINT32_MAX || store->objects[resource].v[place].gone)
        return NULL;
    return &store->objects[resource].v[place];
}

void live_store_each(struct live_store *store, uint32_t resource, const char *ns,
                     live_store_visit *visit, void *context)
{
    for (uint32_t i = 0; i < store->objects[resource].n; i++) {
        struct live_object *object = &store->objects[resource].v[i];
        if (object->gone || (ns && strcmp(object->ns, ns) != 0))
            continue;
        if (!visit(context, object))
            return;
    }
}

uint32_t live_store_count(const struct live_store *store, uint32_t resource)
{
    return store->counts[resource];
}

uint32_t live_store_count_all(const struct live_store *store)
{
    uint32_t n = 0;

    for (uint32_t r = 0; r < LIVE_MAX_RESOURCES; r++)
        n += store->counts[r];
    return n;
}
