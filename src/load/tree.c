#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "polgrid/vec.h"
#include "scalar.h"

/* Up to here comparing every pair of keys is quicker than sorting them. */
#define FEW 12

/* A length and a letter tell nearly all keys apart. */
static bool is_key(const struct pg_tree_entry *entry, const char *key, size_t length)
{
    return entry->key_length == length && entry->key[0] == key[0] &&
           memcmp(entry->key, key, length) == 0;
}

static bool same_key(const struct pg_tree_entry *a, const struct pg_tree_entry *b)
{
    return is_key(a, b->key, b->key_length);
}

struct pg_tree *pg_tree_get(const struct pg_tree *map, const char *key)
{
    size_t length = strlen(key);

    if (!map || map->kind != PG_TREE_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->n; i++) {
        const struct pg_tree_entry *entry = &map->entries[i];
        if (is_key(entry, key, length) && !entry->lost)
            return entry->value;
    }
    return NULL;
}

bool pg_tree_is_null(const struct pg_tree *node)
{
    return !node || (node->kind == PG_TREE_SCALAR && node->plain &&
                     pg_scalar_resolve(node->text, node->n).type == PG_SCALAR_NULL);
}

const char *pg_tree_string(const struct pg_tree *node)
{
    if (!node || node->kind != PG_TREE_SCALAR)
        return NULL;
    if (node->plain && pg_scalar_resolve(node->text, node->n).type != PG_SCALAR_STRING)
        return NULL;
    return node->text;
}

const char *pg_tree_what(const struct pg_tree *node)
{
    if (!node)
        return "nothing";
    switch ((enum pg_tree_kind)node->kind) {
    case PG_TREE_MAP: return "a map";
    case PG_TREE_SEQ: return "a list";
    case PG_TREE_SKIPPED: return "something";
    case PG_TREE_SCALAR: break;
    }
    if (!node->plain)
        return "a string";
    switch (pg_scalar_resolve(node->text, node->n).type) {
    case PG_SCALAR_NULL: return "null";
    case PG_SCALAR_BOOL: return "a boolean";
    case PG_SCALAR_NUMBER: return "a number";
    case PG_SCALAR_STRING: break;
    }
    return "a string";
}

static int compare_keys(const void *left, const void *right)
{
    const struct pg_tree_entry *a = *(struct pg_tree_entry *const *)left;
    const struct pg_tree_entry *b = *(struct pg_tree_entry *const *)right;
    uint32_t shorter = a->key_length < b->key_length ? a->key_length : b->key_length;
    int order = memcmp(a->key, b->key, shorter);

    if (order)
        return order;
    if (a->key_length != b->key_length)
        return a->key_length < b->key_length ? -1 : 1;
    return a < b ? -1 : a > b; /* in the order in which they were written */
}

/* Of every two entries with one key, marks the one that does not count as lost: the earlier, or where
   `first_wins` the later. */
static void mark_duplicates(struct pg_arena *arena, struct pg_tree_entry *entries, uint32_t n,
                            bool first_wins)
{
    struct pg_tree_entry **sorted;

    if (n <= FEW) {
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t k = i + 1; k < n; k++)
                if (same_key(&entries[i], &entries[k]))
                    entries[first_wins ? k : i].lost = true;
        return;
    }
    sorted = pg_arena_array(arena, n, sizeof *sorted);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = &entries[i];
    qsort(sorted, n, sizeof *sorted, compare_keys);
    for (uint32_t i = 1; i < n; i++)
        if (same_key(sorted[i - 1], sorted[i]))
            sorted[i - !first_wins]->lost = true;
}

struct entries {
    PG_VEC(struct pg_tree_entry) list;
};

/* Appends what one merge key brings: a map's entries, or those of a list of maps. */
static bool add_merged(struct pg_arena *arena, struct entries *out, const struct pg_tree *value)
{
    if (value->kind == PG_TREE_SEQ) {
        for (uint32_t i = 0; i < value->n; i++)
            if (value->items[i]->kind != PG_TREE_MAP || !add_merged(arena, out, value->items[i]))
                return false;
        return true;
    }
    if (value->kind != PG_TREE_MAP)
        return false;
    for (uint32_t i = 0; i < value->n; i++)
        if (!value->entries[i].lost)
            pg_vec_push(arena, &out->list, value->entries[i]);
    return true;
}

/* The map's own entries come first, so among all of them the first of a key counts. What an own key
   overrules is nobody's mistake and goes; an own key that was written twice stays, to be reported. */
static struct pg_tree_entry *merge(struct pg_arena *arena, struct pg_tree_entry *entries,
                                   uint32_t *n)
{
    struct entries all = {0}, out = {0};
    uint32_t own;

    for (uint32_t i = 0; i < *n; i++)
        if (!entries[i].merge && !entries[i].lost)
            pg_vec_push(arena, &all.list, entries[i]);
    own = all.list.n;
    for (uint32_t i = 0; i < *n; i++)
        if (entries[i].merge && !add_merged(arena, &all, entries[i].value))
            return NULL;
    mark_duplicates(arena, all.list.v, all.list.n, true);
    for (uint32_t i = 0; i < all.list.n; i++)
        if (i < own || !all.list.v[i].lost)
            pg_vec_push(arena, &out.list, all.list.v[i]);
    for (uint32_t i = 0; i < *n; i++)
        if (!entries[i].merge && entries[i].lost)
            pg_vec_push(arena, &out.list, entries[i]);
    *n = out.list.n;
    return out.list.v ? out.list.v : entries;
}

struct pg_tree_entry *pg_tree_settle(struct pg_arena *arena, struct pg_tree_entry *entries,
                                     uint32_t *n)
{
    struct pg_tree_entry *copy = pg_arena_array(arena, *n, sizeof *copy);
    bool merges = false;

    if (*n)
        memcpy(copy, entries, *n * sizeof *copy);
    mark_duplicates(arena, copy, *n, false);
    for (uint32_t i = 0; i < *n; i++)
        merges = merges || copy[i].merge;
    return merges ? merge(arena, copy, n) : copy;
}
