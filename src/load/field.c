#include "field.h"

#include "scalar.h"

static struct pg_at below(const struct pg_at *up, const char *key, uint32_t index,
                          const struct pg_tree *node)
{
    return (struct pg_at){up, key, index, node, pg_tree_is_null(node) ? NULL : node};
}

struct pg_at pg_at_root(const struct pg_tree *root)
{
    return below(NULL, NULL, 0, root);
}

struct pg_at pg_at_get(const struct pg_at *up, const char *key)
{
    return below(up, key, 0, pg_tree_get(up->node, key));
}

struct pg_at pg_at_item(const struct pg_at *up, uint32_t index)
{
    return below(up, NULL, index, index < pg_at_items(up) ? up->node->items[index] : NULL);
}

struct pg_at pg_at_entry(const struct pg_at *up, uint32_t index)
{
    if (index >= pg_at_entries(up))
        return below(up, "", 0, NULL);
    return below(up, up->node->entries[index].key, 0, up->node->entries[index].value);
}

uint32_t pg_at_items(const struct pg_at *at)
{
    return at->node && at->node->kind == PG_TREE_SEQ ? at->node->n : 0;
}

uint32_t pg_at_entries(const struct pg_at *at)
{
    return at->node && at->node->kind == PG_TREE_MAP ? at->node->n : 0;
}

const char *pg_at_string(const struct pg_at *at)
{
    return pg_tree_string(at->node);
}

static struct pg_scalar scalar_of(const struct pg_tree *node)
{
    if (!node || node->kind != PG_TREE_SCALAR || !node->plain)
        return (struct pg_scalar){.type = PG_SCALAR_STRING};
    return pg_scalar_resolve(node->text, node->n);
}

bool pg_at_number(const struct pg_at *at, int64_t *number)
{
    struct pg_scalar scalar = scalar_of(at->node);

    if (scalar.type != PG_SCALAR_NUMBER || !scalar.whole || scalar.integer < INT32_MIN ||
        scalar.integer > INT32_MAX)
        return false;
    *number = scalar.integer;
    return true;
}

bool pg_at_true(const struct pg_at *at)
{
    struct pg_scalar scalar = scalar_of(at->node);

    return scalar.type == PG_SCALAR_BOOL && scalar.truth;
}

const char *pg_at_text(const struct pg_at *at)
{
    if (at->raw && !at->node)
        return "";
    return pg_tree_string(at->node);
}

struct pg_mark pg_at_mark(const struct pg_at *at)
{
    while (!at->raw && at->up)
        at = at->up;
    return at->raw ? at->raw->mark : (struct pg_mark){0, 0};
}

void pg_at_path(struct pg_buf *out, const struct pg_at *at)
{
    if (!at->up)
        return;
    pg_at_path(out, at->up);
    if (!at->key)
        pg_buf_printf(out, "[%u]", at->index);
    else if (out->n)
        pg_buf_printf(out, ".%s", at->key);
    else
        pg_buf_puts(out, at->key);
}
