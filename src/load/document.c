#include "polgrid/document.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "build.h"
#include "feed.h"
#include "reader.h"
#include "scalar.h"

struct reading {
    struct pg_arena *arena;
    struct pg_feed feed;
    struct pg_tree *document;
};

/* --- a tree of its own --------------------------------------------------------------------------- */

static struct pg_tree *copy(struct pg_arena *arena, const struct pg_tree *node)
{
    struct pg_tree *own = pg_arena_alloc(arena, sizeof *own);

    *own = *node;
    if (node->kind == PG_TREE_SCALAR) {
        own->text = pg_arena_strndup(arena, node->text, node->n);
    } else if (node->kind == PG_TREE_MAP) {
        struct pg_tree_entry *entries = pg_arena_array(arena, node->n, sizeof *entries);
        for (uint32_t i = 0; i < node->n; i++) {
            entries[i] = node->entries[i];
            entries[i].key = pg_arena_strndup(arena, entries[i].key, entries[i].key_length);
            entries[i].value = copy(arena, entries[i].value);
        }
        own->entries = entries;
    } else if (node->kind == PG_TREE_SEQ) {
        struct pg_tree **items = pg_arena_array(arena, node->n, sizeof(struct pg_tree *));
        for (uint32_t i = 0; i < node->n; i++)
            items[i] = copy(arena, node->items[i]);
        own->items = items;
    }
    return own;
}

static void wipe(const struct pg_tree *node)
{
    if (node->kind == PG_TREE_SCALAR)
        explicit_bzero((char *)(uintptr_t)node->text, node->n);
    for (uint32_t i = 0; i < pg_document_count(node); i++)
        wipe(pg_document_item(node, i));
}

void pg_document_wipe(struct pg_tree *document)
{
    if (document)
        wipe(document);
}

/* Takes the first document and ends the reading. The whole is copied before any of it is wiped: aliases
   share their text. */
static void take(void *context, const struct pg_tree *object, const char *version, const char *kind)
{
    struct reading *reading = context;

    (void)version, (void)kind;
    if (reading->feed.stopped)
        return;
    reading->document = copy(reading->arena, object);
    wipe(object);
    reading->feed.stopped = true;
}

static void take_stray(void *context, const struct pg_tree *document)
{
    take(context, document, NULL, NULL);
}

bool pg_document_read(struct pg_arena *arena, const char *text, size_t n, struct pg_tree **document,
                      struct pg_err *err)
{
    struct reading reading = {.arena = arena};
    struct pg_build_sink sink = {take, take_stray, &reading};
    struct pg_fault fault = {0};
    struct pg_build *build = pg_build_new(&sink, &fault);
    bool ok;

    pg_build_whole(build);
    pg_feed_text(&reading.feed, text, n, NULL, NULL);
    reading.feed.secret = true;
    ok = pg_read_any(build, &reading.feed, &fault) || reading.document;
    pg_feed_close(&reading.feed);
    pg_build_free(build);
    *document = reading.document;
    return ok || pg_err_set(err, "line %u: %s", fault.mark.line, fault.message);
}

/* --- questions ------------------------------------------------------------------------------------ */

enum pg_document_kind pg_document_kind(const struct pg_tree *node)
{
    if (!node)
        return PG_DOCUMENT_NOTHING;
    if (node->kind == PG_TREE_MAP)
        return PG_DOCUMENT_MAP;
    if (node->kind == PG_TREE_SEQ)
        return PG_DOCUMENT_LIST;
    if (!node->plain)
        return PG_DOCUMENT_STRING;
    switch (pg_scalar_resolve(node->text, node->n).type) {
    case PG_SCALAR_NULL: return PG_DOCUMENT_NOTHING;
    case PG_SCALAR_BOOL: return PG_DOCUMENT_BOOL;
    case PG_SCALAR_NUMBER: return PG_DOCUMENT_NUMBER;
    case PG_SCALAR_STRING: break;
    }
    return PG_DOCUMENT_STRING;
}

const char *pg_document_what(const struct pg_tree *node)
{
    return pg_tree_what(node);
}

uint32_t pg_document_line(const struct pg_tree *node)
{
    return node ? node->mark.line : 0;
}

uint32_t pg_document_count(const struct pg_tree *node)
{
    return node && (node->kind == PG_TREE_MAP || node->kind == PG_TREE_SEQ) ? node->n : 0;
}

const struct pg_tree *pg_document_item(const struct pg_tree *node, uint32_t i)
{
    return node->kind == PG_TREE_MAP ? node->entries[i].value : node->items[i];
}

const char *pg_document_key(const struct pg_tree *map, uint32_t i)
{
    return map->entries[i].lost ? NULL : map->entries[i].key;
}

const struct pg_tree *pg_document_get(const struct pg_tree *map, const char *key)
{
    return pg_tree_get(map, key);
}

const char *pg_document_text(const struct pg_tree *node)
{
    return pg_tree_string(node);
}

bool pg_document_truth(const struct pg_tree *node)
{
    return pg_document_kind(node) == PG_DOCUMENT_BOOL &&
           pg_scalar_resolve(node->text, node->n).truth;
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static json_t *value_of(const struct pg_tree *node)
{
    json_t *value;
    struct pg_scalar scalar;

    switch (pg_document_kind(node)) {
    case PG_DOCUMENT_NOTHING: return json_null();
    case PG_DOCUMENT_STRING: return json_stringn(node->text, node->n);
    case PG_DOCUMENT_BOOL: return json_boolean(pg_document_truth(node));
    case PG_DOCUMENT_NUMBER:
        scalar = pg_scalar_resolve(node->text, node->n);
        if (scalar.whole)
            return json_integer(scalar.integer);
        return json_real(strtod(node->text, NULL));
    case PG_DOCUMENT_MAP:
        value = json_object();
        for (uint32_t i = 0; i < node->n; i++)
            if (!node->entries[i].lost)
                json_object_set_new(value, node->entries[i].key, value_of(node->entries[i].value));
        return value;
    case PG_DOCUMENT_LIST: break;
    }
    value = json_array();
    for (uint32_t i = 0; i < node->n; i++)
        json_array_append_new(value, value_of(node->items[i]));
    return value;
}

void pg_document_json(struct pg_buf *out, const struct pg_tree *node)
{
    json_t *value = value_of(node);
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    pg_buf_puts(out, text ? text : "null"); /* a number that JSON does not have */
    free(text);
    json_decref(value);
}
