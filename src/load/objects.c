#include "polgrid/objects.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "build.h"
#include "feed.h"
#include "kinds.h"
#include "reader.h"
#include "scalar.h"

/* --- out as JSON --------------------------------------------------------------------------------- */

static void write_string(struct pg_buf *out, const char *text, size_t n)
{
    pg_buf_putc(out, '"');
    for (const char *end = text + n, *run = text; text <= end; text++) {
        bool odd = text < end && ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\');
        if (text < end && !odd)
            continue;
        pg_buf_add(out, run, (size_t)(text - run));
        run = text + 1;
        if (odd && (unsigned char)*text < 0x20)
            pg_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)*text);
        else if (odd)
            pg_buf_printf(out, "\\%c", *text);
    }
    pg_buf_putc(out, '"');
}

/* Whether a number of YAML is written as JSON would have it. */
static bool is_json_number(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    bool ok = json_is_number(value);

    json_decref(value);
    return ok;
}

/* What a plain scalar of YAML means; one of JSON is written as it was read. */
static void write_scalar(struct pg_buf *out, const struct pg_tree *node)
{
    struct pg_scalar scalar = {.type = PG_SCALAR_STRING};

    if (node->plain)
        scalar = pg_scalar_resolve(node->text, node->n);
    switch (scalar.type) {
    case PG_SCALAR_NULL: pg_buf_puts(out, "null"); return;
    case PG_SCALAR_BOOL: pg_buf_puts(out, scalar.truth ? "true" : "false"); return;
    case PG_SCALAR_NUMBER:
        if (scalar.whole && !scalar.is_float) {
            pg_buf_printf(out, "%" PRId64, scalar.integer);
            return;
        }
        break;
    case PG_SCALAR_STRING: break;
    }
    if (scalar.type == PG_SCALAR_NUMBER && is_json_number(node->text))
        pg_buf_add(out, node->text, node->n);
    else
        write_string(out, node->text, node->n);
}

static void write_json(struct pg_buf *out, const struct pg_tree *node, const struct pg_shape *shape);

/* Nothing is lost by leaving out what the API has and nobody reads. A field that the API does not have stays, as a
   null, for the loader to speak about. */
static bool goes_out(const struct pg_tree_entry *entry, const struct pg_shape *shape)
{
    const struct pg_field *field = pg_shape_find(shape, entry->key, entry->key_length);

    if (entry->lost || (field && field->type == PG_T_NOTES))
        return false;
    return entry->value->kind != PG_TREE_SKIPPED || (!field && !shape->open);
}

static void write_entry(struct pg_buf *out, const struct pg_tree_entry *entry,
                        const struct pg_shape *shape, bool *any)
{
    const struct pg_field *field =
        shape ? pg_shape_find(shape, entry->key, entry->key_length) : NULL;

    if (shape && !goes_out(entry, shape))
        return;
    if (*any)
        pg_buf_putc(out, ',');
    *any = true;
    write_string(out, entry->key, entry->key_length);
    pg_buf_putc(out, ':');
    write_json(out, entry->value, field ? field->shape : NULL);
}

/* `shape`: of a map, or of the elements of a list; NULL where there is none. */
static void write_json(struct pg_buf *out, const struct pg_tree *node, const struct pg_shape *shape)
{
    bool any = false;

    switch ((enum pg_tree_kind)node->kind) {
    case PG_TREE_SCALAR: write_scalar(out, node); return;
    case PG_TREE_MAP:
        pg_buf_putc(out, '{');
        for (uint32_t i = 0; i < node->n; i++)
            write_entry(out, &node->entries[i], shape, &any);
        pg_buf_putc(out, '}');
        return;
    case PG_TREE_SEQ:
        pg_buf_putc(out, '[');
        for (uint32_t i = 0; i < node->n; i++) {
            if (i > 0)
                pg_buf_putc(out, ',');
            write_json(out, node->items[i], shape);
        }
        pg_buf_putc(out, ']');
        return;
    case PG_TREE_SKIPPED: pg_buf_puts(out, "null"); return;
    }
}

/* --- in ------------------------------------------------------------------------------------------ */

struct reading {
    pg_object_fn *take;
    void *context;
    struct pg_buf json;
    struct pg_feed feed;
};

static const char *text_at(const struct pg_tree *map, const char *key)
{
    const struct pg_tree *value = map && map->kind == PG_TREE_MAP ? pg_tree_get(map, key) : NULL;
    const char *text = value ? pg_tree_string(value) : NULL;

    return text && *text ? text : NULL;
}

static void take(void *context, const struct pg_tree *node, const char *version, const char *kind)
{
    struct reading *reading = context;
    const struct pg_tree *metadata = pg_tree_get(node, "metadata");
    struct pg_object object = {
        .api_version = text_at(node, "apiVersion"),
        .kind = text_at(node, "kind"),
        .ns = text_at(metadata, "namespace"),
        .name = text_at(metadata, "name"),
        .phase = text_at(pg_tree_get(node, "status"), "phase"),
    };
    const struct pg_shape *shape;
    bool any = true;

    object.api_version = object.api_version ? object.api_version : version;
    object.kind = object.kind ? object.kind : kind;
    if (!object.api_version || !object.kind || !object.name || reading->feed.stopped)
        return;
    pg_buf_clear(&reading->json);
    pg_buf_puts(&reading->json, "{\"apiVersion\":");
    write_string(&reading->json, object.api_version, strlen(object.api_version));
    pg_buf_puts(&reading->json, ",\"kind\":");
    write_string(&reading->json, object.kind, strlen(object.kind));
    shape = pg_kind_shape(object.api_version, object.kind);
    for (uint32_t i = 0; i < node->n; i++) {
        const char *key = node->entries[i].key;
        if (strcmp(key, "apiVersion") != 0 && strcmp(key, "kind") != 0)
            write_entry(&reading->json, &node->entries[i], shape, &any);
    }
    pg_buf_puts(&reading->json, "}\n");
    object.json = reading->json.p;
    object.n = reading->json.n;
    if (!reading->take(reading->context, &object))
        reading->feed.stopped = true;
}

static void take_stray(void *context, const struct pg_tree *document)
{
    (void)context, (void)document;
}

bool pg_objects_read(const char *text, size_t n, pg_object_fn *take_object, void *context,
                     struct pg_err *err)
{
    struct reading reading = {.take = take_object, .context = context};
    struct pg_build_sink sink = {take, take_stray, &reading};
    struct pg_fault fault = {0};
    struct pg_build *build = pg_build_new(&sink, &fault);
    bool ok;

    pg_feed_text(&reading.feed, text, n, NULL, NULL);
    ok = pg_read_any(build, &reading.feed, &fault);
    pg_feed_close(&reading.feed);
    pg_build_free(build);
    pg_buf_free(&reading.json);
    return ok || pg_err_set(err, "line %u, column %u: %s", fault.mark.line, fault.mark.column,
                            fault.message);
}
