/*
 * What the renderers of the kinds share: a document that grows, and the parts that most kinds have.
 */
#ifndef ORACLE_RENDER_PARTS_H
#define ORACLE_RENDER_PARTS_H

#include "render.h"
#include "tree.h"

struct render {
    const struct world *world;
    struct tree_pool *pool;
    struct w_random random;
    bool crd; /* the API server drops nulls from maps of a CRD, where elsewhere they are empty texts */
};

static inline bool chance(struct render *r, uint32_t percent)
{
    return w_random_chance(&r->random, percent);
}

static inline struct tree *add_map(struct render *r, struct tree *parent, const char *key)
{
    return tree_add(r->pool, parent, key, TREE_MAP);
}

static inline struct tree *add_list(struct render *r, struct tree *parent, const char *key)
{
    return tree_add(r->pool, parent, key, TREE_LIST);
}

static inline void add_null(struct render *r, struct tree *parent, const char *key)
{
    tree_add(r->pool, parent, key, TREE_NULL);
}

static inline void add_text(struct render *r, struct tree *parent, const char *key, const char *text)
{
    tree_add_text(r->pool, parent, key, text);
}

static inline void add_number(struct render *r, struct tree *parent, const char *key, int number)
{
    tree_add_number(r->pool, parent, key, number);
}

static inline void add_bool(struct render *r, struct tree *parent, const char *key, bool value)
{
    tree_add(r->pool, parent, key, TREE_BOOL)->number = value;
}

/* A list or map that may be missing or null: NULL where there is nothing to add to. */
static inline struct tree *add_state(struct render *r, struct tree *parent, const char *key,
                                     enum w_state state, enum tree_kind kind)
{
    if (state == W_NULL)
        add_null(r, parent, key);
    return state == W_GIVEN ? tree_add(r->pool, parent, key, kind) : NULL;
}

/* render.c */
struct tree *render_object(struct render *r, struct tree *items, const char *version,
                           const char *kind);
/* `ns` below 0: none. */
struct tree *render_metadata(struct render *r, struct tree *object, int ns, const char *name);
void render_labels(struct render *r, struct tree *parent, const char *key,
                   const struct w_labels *labels);
void render_selector(struct render *r, struct tree *parent, const char *key,
                     const struct w_selector *selector);
const char *render_protocol(enum w_protocol protocol);
void render_block(struct render *r, struct tree *parent, const char *key,
                  const struct w_block *block);

/* The other kinds; `policy` and those that are joined to it. */
void render_admin(struct render *r, struct tree *items, const struct w_policy *policy);
void render_cilium(struct render *r, struct tree *items, const struct w_policy *policy);
void render_calico(struct render *r, struct tree *items, const struct w_policy *policy);
void render_calico_objects(struct render *r, struct tree *items);

#endif
