/* pg_verify() of decode.h: an object against its shape. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "scalar.h"

static void check_map(struct pg_decode *decode, const struct pg_at *at,
                      const struct pg_shape *shape);

/* --- types ------------------------------------------------------------------------------------- */

/* What makes a scalar of the wrong type the right one, for the message. */
static const char *remedy(enum pg_type wanted, const struct pg_tree *found)
{
    if (found->kind != PG_TREE_SCALAR)
        return "";
    if (wanted == PG_T_STRING && found->plain)
        return "; put it in quotes";
    if ((wanted == PG_T_INT || wanted == PG_T_NUMBER || wanted == PG_T_BOOL) && !found->plain)
        return "; take the quotes off";
    return "";
}

static void wrong_type(struct pg_decode *decode, const struct pg_at *at, enum pg_type wanted,
                       bool soft, const struct pg_at *place)
{
    const struct pg_tree *found = at->raw;
    const char *text = found->kind == PG_TREE_SCALAR ? found->text : "";
    const char *key = place != at && at->key ? at->key : "";
    char message[500];

    snprintf(message, sizeof message, "%.100s%sexpected %s, found %s%s%.60s%s%s", key,
             *key ? ": " : "", pg_type_what(wanted), pg_tree_what(found), *text ? " (" : "", text,
             *text ? ")" : "", remedy(wanted, found));
    if (soft)
        pg_decode_say(decode, PG_CODE_OBJ_TYPE, place, "%s", message);
    else
        pg_decode_reject(decode, PG_CODE_OBJ_TYPE, place, "%s", message);
}

static bool is_int32(const struct pg_scalar *scalar)
{
    return scalar->type == PG_SCALAR_NUMBER && scalar->whole && scalar->integer >= INT32_MIN &&
           scalar->integer <= INT32_MAX;
}

/* Whether a scalar is of a type. Null is of every type: the field's default. */
static bool has_type(const struct pg_tree *node, enum pg_type type)
{
    struct pg_scalar scalar = {.type = PG_SCALAR_STRING};

    if (node->plain)
        scalar = pg_scalar_resolve(node->text, node->n);
    if (scalar.type == PG_SCALAR_NULL)
        return true;
    switch (type) {
    case PG_T_STRING: return scalar.type == PG_SCALAR_STRING;
    case PG_T_BOOL: return scalar.type == PG_SCALAR_BOOL;
    case PG_T_INT: return is_int32(&scalar);
    case PG_T_NUMBER: return scalar.type == PG_SCALAR_NUMBER;
    case PG_T_INTSTR: return scalar.type == PG_SCALAR_STRING || is_int32(&scalar);
    default: return false;
    }
}

static void check_scalar(struct pg_decode *decode, const struct pg_at *at, enum pg_type type,
                         bool soft)
{
    if (at->raw->kind == PG_TREE_SKIPPED)
        return;
    if (at->raw->kind != PG_TREE_SCALAR || !has_type(at->raw, type))
        wrong_type(decode, at, type, soft, at);
}

/* --- keys -------------------------------------------------------------------------------------- */

/* The places of these findings are those of the key, which may have no value worth a place. */
static struct pg_at at_key(const struct pg_at *at, const struct pg_tree_entry *entry,
                           struct pg_tree *stand_in)
{
    *stand_in = (struct pg_tree){.kind = PG_TREE_SKIPPED, .mark = entry->mark};
    return (struct pg_at){.up = at, .key = entry->key, .raw = stand_in, .node = stand_in};
}

/* Reports what may be wrong with any key. Returns whether its value counts. */
static bool check_key(struct pg_decode *decode, const struct pg_at *at,
                      const struct pg_tree_entry *entry)
{
    struct pg_tree stand_in;
    struct pg_at key;

    if (!entry->plain_key && !entry->lost)
        return true;
    key = at_key(at, entry, &stand_in);
    if (entry->plain_key)
        pg_decode_say(decode, PG_CODE_OBJ_KEY_TYPE, &key,
                      "this key is no string in YAML and is read as \"%.60s\"; put it in quotes",
                      entry->key);
    if (entry->lost)
        pg_decode_say(decode, PG_CODE_OBJ_KEY_TWICE, &key,
                      "\"%.100s\" is written again further down in the same map; what stands here "
                      "does not count",
                      entry->key);
    return !entry->lost;
}

static void list_fields(const struct pg_shape *shape, char *text, size_t size)
{
    size_t n = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < shape->nfields && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? ", " : "", shape->fields[i].name);
}

/* A field that no shape has. In a policy every one is a danger: `form` for `from` leaves an empty rule,
   which allows everything. In other kinds only what looks like a slip is; the rest may be news from a
   newer server, and is told once. */
static void unknown_field(struct pg_decode *decode, const struct pg_at *at,
                          const struct pg_shape *shape, const struct pg_tree_entry *entry)
{
    const char *nearest = pg_shape_nearest(shape, entry->key);
    struct pg_tree stand_in;
    struct pg_at key = at_key(at, entry, &stand_in);
    uint64_t id = pg_hash(entry->key, entry->key_length, (uint64_t)(uintptr_t)shape);
    char fields[400];

    if (nearest) {
        pg_decode_say(decode, PG_CODE_OBJ_FIELD, &key,
                      "the API has no field of this name here and drops it; did you mean %s?",
                      nearest);
    } else if (decode->kind->flags & PG_KIND_POLICY) {
        list_fields(shape, fields, sizeof fields);
        pg_decode_say(decode, PG_CODE_OBJ_FIELD, &key,
                      "the API has no field of this name here and drops it; it has %s", fields);
    } else if (!pg_map_get(&decode->loader->told, id)) {
        pg_map_put(&decode->loader->told, id, 1);
        pg_decode_say(decode, PG_CODE_OBJ_FIELD_NEW, &key,
                      "a field that polgrid does not know (told once)");
    }
}

/* --- maps and lists ------------------------------------------------------------------------------ */

/* A map of strings: what is wrong in it is told at the map, as the API server does. */
static void check_strings(struct pg_decode *decode, const struct pg_at *map, bool soft)
{
    for (uint32_t i = 0; i < pg_at_entries(map); i++) {
        struct pg_at at = pg_at_entry(map, i), place = *map;
        const struct pg_tree *value = at.raw;
        if (!check_key(decode, map, &map->node->entries[i]) || value->kind == PG_TREE_SKIPPED)
            continue;
        place.raw = value; /* its line is that of the value */
        if (value->kind != PG_TREE_SCALAR || !has_type(value, PG_T_STRING))
            wrong_type(decode, &at, PG_T_STRING, soft, &place);
    }
}

/* `item` is the type of an element that is no object. */
static void check_items(struct pg_decode *decode, const struct pg_at *list,
                        const struct pg_shape *shape, enum pg_type item, bool soft)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (!shape)
            check_scalar(decode, &at, item, soft);
        else if (at.node && at.node->kind != PG_TREE_MAP && at.node->kind != PG_TREE_SKIPPED)
            wrong_type(decode, &at, PG_T_OBJECT, soft || shape->soft, &at);
        else if (at.node)
            check_map(decode, &at, shape);
    }
}

/* Whether a field that must be a map or a list is one, or is not there. */
static bool is_collection(struct pg_decode *decode, const struct pg_at *at, enum pg_type type,
                          bool soft)
{
    bool list = type == PG_T_LIST || type == PG_T_STRLIST || type == PG_T_INTSTRLIST;

    if (!at->node || at->node->kind == PG_TREE_SKIPPED)
        return false;
    if (at->node->kind == (list ? PG_TREE_SEQ : PG_TREE_MAP))
        return true;
    wrong_type(decode, at, type, soft, at);
    return false;
}

static void check_field(struct pg_decode *decode, const struct pg_at *at,
                        const struct pg_field *field, bool soft)
{
    /* The metadata's labels, but no selector's: those are never soft. */
    bool labels = field->type == PG_T_STRMAP && strcmp(field->name, "labels") == 0;

    if (field->type == PG_T_FLAGS)
        return;
    if (field->type != PG_T_ANY && at->raw->kind == PG_TREE_SKIPPED) {
        /* While it was read the object was of another kind, so nobody knows what is in it. */
        pg_decode_reject(decode, PG_CODE_OBJ_TYPE, at,
                         "this stands between two kinds of one object and was not read; write kind "
                         "and apiVersion once, first");
        return;
    }
    switch (field->type) {
    case PG_T_FLAGS:
    case PG_T_ANY: return;
    case PG_T_STRING:
    case PG_T_BOOL:
    case PG_T_INT:
    case PG_T_NUMBER:
    case PG_T_INTSTR: check_scalar(decode, at, field->type, soft); return;
    case PG_T_STRMAP:
    case PG_T_NOTES:
        if (is_collection(decode, at, field->type, soft))
            check_strings(decode, at, soft || labels);
        return;
    case PG_T_STRLIST:
    case PG_T_INTSTRLIST:
    case PG_T_LIST:
        if (is_collection(decode, at, field->type, soft))
            check_items(decode, at, field->shape,
                        field->type == PG_T_INTSTRLIST ? PG_T_INTSTR : PG_T_STRING, soft);
        return;
    case PG_T_OBJECT:
        if (is_collection(decode, at, field->type, soft))
            check_map(decode, at, field->shape);
        return;
    }
}

static void check_map(struct pg_decode *decode, const struct pg_at *at, const struct pg_shape *shape)
{
    for (uint32_t i = 0; i < pg_at_entries(at); i++) {
        const struct pg_tree_entry *entry = &at->node->entries[i];
        const struct pg_field *field = pg_shape_refind(shape, entry->key, entry->key_length);
        struct pg_at value = pg_at_entry(at, i);
        if (!check_key(decode, at, entry))
            continue;
        if (field)
            check_field(decode, &value, field, shape->soft);
        else if (!shape->open)
            unknown_field(decode, at, shape, entry);
    }
}

void pg_verify(struct pg_decode *decode, const struct pg_at *at, const struct pg_shape *shape)
{
    check_map(decode, at, shape);
}
