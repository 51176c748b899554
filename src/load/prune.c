#include "prune.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "agents.h"
#include "calico.h"
#include "kinds.h"
#include "marks.h"
#include "scalar.h"

/* --- JSON ---------------------------------------------------------------------------------------- */

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

/* A decimal fraction of YAML as JSON has it, digit by digit: -01_0.5 is -10.5, +.5 is 0.5, 3. is 3. */
static void write_decimal(struct pg_buf *out, const char *text, const char *end)
{
    const char *exponent = text + strcspn(text, "eE"),
               *point = memchr(text, '.', (size_t)(end - text));
    const char *whole_end = point ? point : exponent;
    bool any = false;

    if (*text == '-')
        pg_buf_putc(out, '-');
    for (text += *text == '-' || *text == '+'; text < whole_end; text++) {
        if (*text == '_' || (*text == '0' && !any))
            continue;
        any = true;
        pg_buf_putc(out, *text);
    }
    pg_buf_puts(out, any ? "" : "0");
    for (any = false; text < end; text++) {
        if (*text == '_' || *text == '.')
            continue;
        if (!any && text < exponent)
            pg_buf_putc(out, '.');
        any = true;
        pg_buf_putc(out, *text);
    }
}

/* A number stays one, whatever it is and whether JSON has it: written as a string it would be read as one, and the API
   server refuses the one where it takes the other. */
static void write_number(struct pg_buf *out, const struct pg_tree *node,
                         const struct pg_scalar *scalar)
{
    if (scalar->whole && !scalar->is_float)
        pg_buf_printf(out, "%" PRId64, scalar->integer);
    else if (is_json_number(node->text))
        pg_buf_add(out, node->text, node->n);
    else if (scalar->is_float)
        write_decimal(out, node->text, node->text + node->n);
    else /* infinite, or too large for anything */
        pg_buf_puts(out, "1e999");
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
    case PG_SCALAR_NUMBER: write_number(out, node, &scalar); return;
    case PG_SCALAR_STRING: write_string(out, node->text, node->n); return;
    }
}

/* What is written: where `all` is set also fields that nobody reads, as {}, since there it matters that they are
   given; and what the shape knows. */
struct writing {
    struct pg_buf *out;
    bool all;
    bool node;           /* of its annotations only those that tell of plugins */
    bool agents;         /* of the arguments of its containers likewise */
    const char *skipped; /* what stands for a value that was not kept */
};

static void write_json(struct writing *writing, const struct pg_tree *node,
                       const struct pg_shape *shape);

/* --- annotations --------------------------------------------------------------------------------- */

/* Of annotations next to nothing is read, and much that is secret may be in them. */
static bool is_notes(const struct pg_field *field)
{
    return field && (field->type == PG_T_NOTES ||
                     (field->type == PG_T_STRMAP && strcmp(field->name, "annotations") == 0));
}

/* One that is no string stays, for the API server refuses the object for it. */
static bool is_odd_note(const struct pg_tree *value)
{
    if (value->kind == PG_TREE_SCALAR && !value->plain)
        return false;
    return !pg_tree_is_null(value) && !pg_tree_string(value);
}

static bool note_goes_out(const struct writing *writing, const struct pg_tree_entry *note,
                          const struct pg_field *field)
{
    if (note->lost)
        return false;
    if (is_odd_note(note->value))
        return true;
    if (field->type == PG_T_NOTES)
        return false;
    if (writing->node)
        return pg_marks_of(note->key, pg_tree_string(note->value)) != 0;
    return strcmp(note->key, PG_CALICO_METADATA_NOTE) == 0 && pg_tree_string(note->value);
}

static bool notes_go_out(const struct writing *writing, const struct pg_tree *notes,
                         const struct pg_field *field)
{
    if (notes->kind != PG_TREE_MAP)
        return !pg_tree_is_null(notes);
    for (uint32_t i = 0; i < notes->n; i++)
        if (note_goes_out(writing, &notes->entries[i], field))
            return true;
    return false;
}

/* Of the metadata that Calico keeps in an annotation the labels, which alone are read. */
static void write_stored(struct pg_buf *out, const char *text)
{
    json_t *metadata = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *labels = json_object_get(metadata, "labels");
    json_t *kept = labels ? json_pack("{s:O}", "labels", labels) : json_object();
    char *json = metadata ? json_dumps(kept, JSON_COMPACT) : NULL;

    json = json ? json : strdup("?"); /* no JSON before, no JSON now */
    if (json)
        write_string(out, json, strlen(json));
    free(json);
    json_decref(kept);
    json_decref(metadata);
}

static void write_note(struct writing *writing, const struct pg_tree_entry *note)
{
    const char *text = pg_tree_string(note->value);

    text = text ? text : "";
    write_string(writing->out, note->key, note->key_length);
    pg_buf_putc(writing->out, ':');
    if (is_odd_note(note->value)) {
        pg_buf_putc(writing->out, '0');
    } else if (writing->node) {
        text = pg_marks_rest(note->key, text);
        write_string(writing->out, text, strlen(text));
    } else {
        write_stored(writing->out, text);
    }
}

static void write_notes(struct writing *writing, const struct pg_tree *notes,
                        const struct pg_field *field)
{
    bool any = false;

    if (notes->kind != PG_TREE_MAP) { /* as wrong as it was */
        pg_buf_putc(writing->out, '0');
        return;
    }
    pg_buf_putc(writing->out, '{');
    for (uint32_t i = 0; i < notes->n; i++) {
        if (!note_goes_out(writing, &notes->entries[i], field))
            continue;
        if (any)
            pg_buf_putc(writing->out, ',');
        any = true;
        write_note(writing, &notes->entries[i]);
    }
    pg_buf_putc(writing->out, '}');
}

/* --- maps and lists ------------------------------------------------------------------------------ */

/* Nothing is lost by leaving out what the API has and nobody reads. A field that the API does not have stays,
   for the loader to speak about; and so does one that is written twice. */
static bool goes_out(const struct writing *writing, const struct pg_tree_entry *entry,
                     const struct pg_shape *shape)
{
    const struct pg_field *field = pg_shape_find(shape, entry->key, entry->key_length);

    if (is_notes(field))
        return notes_go_out(writing, entry->value, field);
    if (field && field->type == PG_T_FLAGS) /* write_args() */
        return false;
    return entry->value->kind != PG_TREE_SKIPPED || (field ? writing->all : !shape->open);
}

static void write_entry(struct writing *writing, const struct pg_tree_entry *entry,
                        const struct pg_shape *shape, bool *any)
{
    const struct pg_field *field =
        shape ? pg_shape_find(shape, entry->key, entry->key_length) : NULL;

    if (shape && !goes_out(writing, entry, shape))
        return;
    if (*any)
        pg_buf_putc(writing->out, ',');
    *any = true;
    write_string(writing->out, entry->key, entry->key_length);
    pg_buf_putc(writing->out, ':');
    if (is_notes(field))
        write_notes(writing, entry->value, field);
    else
        write_json(writing, entry->value, field ? field->shape : NULL);
}

/* Of the arguments of a container those that tell of plugins, whatever else is among them. */
static void write_args(struct writing *writing, const struct pg_tree *map,
                       const struct pg_shape *shape, bool *any)
{
    const struct pg_field *field = shape ? pg_shape_find(shape, "args", 4) : NULL;
    struct pg_buf args = {0};

    if (!writing->agents || !field || field->type != PG_T_FLAGS)
        return;
    if (pg_agent_print_args(&args, map))
        pg_buf_printf(writing->out, "%s\"args\":%s", *any ? "," : "", pg_buf_text(&args));
    *any = *any || args.n > 0;
    pg_buf_free(&args);
}

/* `shape`: of a map, or of the elements of a list; NULL where there is none. */
static void write_json(struct writing *writing, const struct pg_tree *node,
                       const struct pg_shape *shape)
{
    bool any = false;

    switch ((enum pg_tree_kind)node->kind) {
    case PG_TREE_SCALAR: write_scalar(writing->out, node); return;
    case PG_TREE_MAP:
        pg_buf_putc(writing->out, '{');
        for (uint32_t i = 0; i < node->n; i++)
            write_entry(writing, &node->entries[i], shape, &any);
        write_args(writing, node, shape, &any);
        pg_buf_putc(writing->out, '}');
        return;
    case PG_TREE_SEQ:
        pg_buf_putc(writing->out, '[');
        for (uint32_t i = 0; i < node->n; i++) {
            if (i > 0)
                pg_buf_putc(writing->out, ',');
            write_json(writing, node->items[i], shape);
        }
        pg_buf_putc(writing->out, ']');
        return;
    case PG_TREE_SKIPPED: pg_buf_puts(writing->out, writing->skipped); return;
    }
}

/* --- an object ----------------------------------------------------------------------------------- */

static const char *text_at(const struct pg_tree *map, const char *key)
{
    const struct pg_tree *value = map && map->kind == PG_TREE_MAP ? pg_tree_get(map, key) : NULL;
    const char *text = value ? pg_tree_string(value) : NULL;

    return text && *text ? text : NULL;
}

/* One that is no string names none, and is no reason to give it another: the object is rejected for it. */
static bool has_namespace(const struct pg_tree *metadata)
{
    const struct pg_tree *ns = pg_tree_get(metadata, "namespace");
    const char *text = pg_tree_string(ns);

    return !pg_tree_is_null(ns) && (!text || *text);
}

/* metadata, with the namespace that it leaves out, where that is given. */
static void write_metadata(struct writing *writing, const struct pg_tree *metadata,
                           const struct pg_shape *shape, const char *ns)
{
    struct pg_buf *out = writing->out;
    const struct pg_field *field = shape ? pg_shape_find(shape, "metadata", 8) : NULL;
    bool any = ns != NULL;

    pg_buf_puts(out, ",\"metadata\":{");
    if (ns) {
        pg_buf_puts(out, "\"namespace\":");
        write_string(out, ns, strlen(ns));
    }
    for (uint32_t i = 0; metadata && metadata->kind == PG_TREE_MAP && i < metadata->n; i++)
        if (!ns || strcmp(metadata->entries[i].key, "namespace") != 0)
            write_entry(writing, &metadata->entries[i], field ? field->shape : NULL, &any);
    pg_buf_putc(out, '}');
}

/* What is written first, in this order. */
static bool is_head(const char *key)
{
    return strcmp(key, "apiVersion") == 0 || strcmp(key, "kind") == 0 ||
           strcmp(key, "metadata") == 0;
}

/* Of those, what was written twice and does not count: it must stay before what does. */
static void write_lost(struct writing *writing, const struct pg_tree *tree,
                       const struct pg_shape *shape)
{
    for (uint32_t i = 0; i < tree->n; i++) {
        bool any = false;
        if (!tree->entries[i].lost || !is_head(tree->entries[i].key))
            continue;
        write_entry(writing, &tree->entries[i], shape, &any);
        pg_buf_puts(writing->out, any ? "," : "");
        /* It was read as one kind and is another: what is missing must not become something valid. */
        writing->skipped = "0";
    }
}

struct pg_object pg_object_prune(struct pg_buf *out, const struct pg_tree *tree,
                                 const char *version, const char *kind, const char *default_ns)
{
    const struct pg_tree *metadata = pg_tree_get(tree, "metadata");
    const struct pg_shape *shape;
    struct pg_object object = {
        .api_version = text_at(tree, "apiVersion"),
        .kind = text_at(tree, "kind"),
        .ns = text_at(metadata, "namespace"),
        .name = text_at(metadata, "name"),
        .phase = text_at(pg_tree_get(tree, "status"), "phase"),
    };
    struct writing writing = {.out = out, .skipped = "{}"};
    const struct pg_kind *known;
    bool any = true;

    object.api_version = object.api_version ? object.api_version : version;
    object.kind = object.kind ? object.kind : kind;
    if (!object.api_version || !object.kind)
        return object;
    shape = pg_kind_shape(object.api_version, object.kind);
    known = pg_kind_find(object.api_version, object.kind);
    writing.node = known && strcmp(known->kind, "Node") == 0;
    pg_buf_clear(out);
    pg_buf_putc(out, '{');
    write_lost(&writing, tree, shape);
    pg_buf_puts(out, "\"apiVersion\":");
    write_string(out, object.api_version, strlen(object.api_version));
    pg_buf_puts(out, ",\"kind\":");
    write_string(out, object.kind, strlen(object.kind));
    writing.agents =
        (object.ns || default_ns) && pg_agents_live_in(object.ns ? object.ns : default_ns);
    write_metadata(&writing, metadata, shape, has_namespace(metadata) ? NULL : default_ns);
    for (uint32_t i = 0; i < tree->n; i++) {
        const struct pg_tree_entry *entry = &tree->entries[i];
        writing.all =
            known && (known->flags & PG_KIND_POLICY) && strncmp(entry->key, "spec", 4) == 0;
        if (!is_head(entry->key))
            write_entry(&writing, entry, shape, &any);
    }
    pg_buf_puts(out, "}\n");
    object.ns = object.ns ? object.ns : default_ns;
    object.json = out->p;
    object.n = out->n;
    return object;
}
