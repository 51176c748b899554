#include "decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax.h"

/* --- findings ---------------------------------------------------------------------------------- */

static const char *object_text(struct pg_decode *decode)
{
    struct pg_cluster *cluster = decode->loader->cluster;
    const char *name = decode->name ? pg_cluster_text(cluster, decode->name) : "(without a name)";

    if (decode->object)
        return decode->object;
    if (decode->ns)
        decode->object = pg_arena_printf(cluster->arena, "%.100s %.300s/%.300s", decode->kind_name,
                                         pg_cluster_text(cluster, decode->ns), name);
    else
        decode->object = pg_arena_printf(cluster->arena, "%.100s %.300s", decode->kind_name, name);
    return decode->object;
}

/* A place that has none of its own (a missing field of the root) is where the object begins. */
struct pg_loc pg_decode_loc(const struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_mark mark = at ? pg_at_mark(at) : decode->root->mark;

    return pg_tell_loc(decode->loader, mark.line ? mark : decode->root->mark);
}

struct pg_loc pg_decode_end(const struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_loc loc = pg_decode_loc(decode, at);

    if (at->raw && at->raw->end_line > loc.line) {
        loc.line = at->raw->end_line;
        loc.column = 0;
    }
    return loc;
}

__attribute__((format(printf, 5, 0))) static void tell(struct pg_decode *decode, enum pg_code code,
                                                       enum pg_severity severity,
                                                       const struct pg_at *at, const char *format,
                                                       va_list args)
{
    struct pg_buf path = {0};
    char message[600];

    vsnprintf(message, sizeof message, format, args);
    if (at)
        pg_at_path(&path, at);
    pg_tell(decode->loader, code, severity, pg_decode_loc(decode, at), object_text(decode),
            path.n ? pg_buf_text(&path) : NULL, "%s", message);
    pg_buf_free(&path);
}

/* The faults that all kinds share have codes of their own for NetworkPolicy (semantics 10.1). */
static enum pg_code code_of_kind(const struct pg_decode *decode, enum pg_code code)
{
    if (!(decode->kind->flags & PG_KIND_NETPOL))
        return code;
    if (code == PG_CODE_OBJ_TYPE)
        return PG_CODE_NP_TYPE;
    return code == PG_CODE_OBJ_NAME ? PG_CODE_NP_NAME : code;
}

void pg_decode_say(struct pg_decode *decode, enum pg_code code, const struct pg_at *at,
                   const char *format, ...)
{
    enum pg_severity severity;
    va_list args;

    code = code_of_kind(decode, code);
    severity = pg_code_severity(code);
    if (severity == PG_SEVERITY_REJECT && decode->kind->flags & PG_KIND_DRAFT) {
        severity = PG_SEVERITY_ERROR;
        decode->invalid = true;
    } else if (severity == PG_SEVERITY_REJECT) {
        decode->rejected = true;
    }
    va_start(args, format);
    tell(decode, code, severity, at, format, args);
    va_end(args);
}

void pg_decode_reject(struct pg_decode *decode, enum pg_code code, const struct pg_at *at,
                      const char *format, ...)
{
    va_list args;

    decode->rejected = true;
    va_start(args, format);
    tell(decode, code_of_kind(decode, code), PG_SEVERITY_REJECT, at, format, args);
    va_end(args);
}

/* --- strings and labels ---------------------------------------------------------------------------- */

pg_str pg_decode_str(const struct pg_decode *decode, const char *text)
{
    return pg_strs_puts(decode->loader->cluster->strs, text);
}

pg_str pg_decode_field(const struct pg_decode *decode, const struct pg_at *up, const char *key)
{
    struct pg_at at = pg_at_get(up, key);
    const char *text = pg_at_string(&at);

    return text && *text ? pg_decode_str(decode, text) : PG_STR_NONE;
}

static int compare_labels(const void *left, const void *right)
{
    const struct pg_label *a = left, *b = right;

    return a->key < b->key ? -1 : a->key > b->key;
}

struct pg_labels pg_decode_sort_labels(struct pg_label *labels, uint32_t n)
{
    if (n)
        qsort(labels, n, sizeof *labels, compare_labels);
    return (struct pg_labels){labels, n};
}

struct pg_labels pg_decode_labels(struct pg_decode *decode, const struct pg_at *map)
{
    uint32_t n = pg_at_entries(map), kept = 0;
    struct pg_label *labels =
        n ? pg_arena_array(decode->loader->cluster->arena, n, sizeof *labels) : NULL;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_entry(map, i);
        const char *value = pg_at_text(&at);
        if (map->node->entries[i].lost || !value)
            continue;
        if (!pg_syntax_label_key(at.key))
            pg_decode_say(decode, PG_CODE_OBJ_LABEL_KEY, map,
                          "\"%.100s\" is no label key; a key is [prefix/]name, the name of at most "
                          "63 letters, digits, - _ or .",
                          at.key);
        if (!pg_syntax_label_value(value))
            pg_decode_say(decode, PG_CODE_OBJ_LABEL_VALUE, map,
                          "\"%.100s\" is no value for the label %.100s; a value has at most 63 "
                          "letters, digits, - _ or ., and begins and ends with a letter or digit",
                          value, at.key);
        labels[kept++] =
            (struct pg_label){pg_decode_str(decode, at.key), pg_decode_str(decode, value)};
    }
    return pg_decode_sort_labels(labels, kept);
}

/* --- metadata ---------------------------------------------------------------------------------- */

/* The name, or for an object that leaves it to the server (generateName) one that it could get: with zeros in
   front, so that it is not the name of a pod of a StatefulSet. */
static pg_str read_name(struct pg_decode *decode, const struct pg_at *metadata)
{
    pg_str name = pg_decode_field(decode, metadata, "name");
    pg_str prefix = name ? PG_STR_NONE : pg_decode_field(decode, metadata, "generateName");
    char text[300];

    if (!prefix)
        return name;
    snprintf(text, sizeof text, "%.240s%05u", pg_cluster_text(decode->loader->cluster, prefix),
             ++decode->loader->generated);
    return pg_decode_str(decode, text);
}

static void read_names(struct pg_decode *decode)
{
    struct pg_at root = pg_at_root(decode->root), metadata = pg_at_get(&root, "metadata");

    decode->name = read_name(decode, &metadata);
    if (decode->kind->flags & PG_KIND_CLUSTER)
        return;
    decode->ns = pg_decode_field(decode, &metadata, "namespace");
    if (!decode->ns)
        decode->ns = decode->loader->default_ns;
}

static void check_name(struct pg_decode *decode, const struct pg_at *metadata)
{
    struct pg_at at = pg_at_get(metadata, "name");
    const char *name = pg_cluster_text(decode->loader->cluster, decode->name);
    bool label = decode->kind->flags & PG_KIND_LABEL;

    if (!decode->name) {
        if (!at.node || pg_at_string(&at)) /* else its type was reported */
            pg_decode_reject(decode, PG_CODE_OBJ_NAME, &at, "this %s has no name",
                             decode->kind_name);
    } else if (label ? !pg_syntax_dns_label(name) : !pg_syntax_subdomain(name)) {
        pg_decode_say(decode, PG_CODE_OBJ_NAME, &at,
                      "\"%.100s\" is no name that the API server takes; use lower-case letters, "
                      "digits%s and -, at most %d",
                      name, label ? "" : ", dots", label ? 63 : 253);
    }
}

static void check_namespace(struct pg_decode *decode, const struct pg_at *metadata)
{
    struct pg_at at = pg_at_get(metadata, "namespace");
    const char *text = pg_at_string(&at);

    if (!text || !*text)
        return;
    if (decode->kind->flags & PG_KIND_CLUSTER)
        pg_decode_say(decode, PG_CODE_OBJ_CLUSTER_SCOPED, &at,
                      "a %s belongs to no namespace; \"%.100s\" is ignored", decode->kind_name,
                      text);
    else if (!pg_syntax_dns_label(text))
        pg_decode_say(decode, PG_CODE_OBJ_NAMESPACE, &at,
                      "\"%.100s\" is no name of a namespace; use lower-case letters, digits and -, "
                      "at most 63",
                      text);
}

static void check_metadata(struct pg_decode *decode)
{
    struct pg_at root = pg_at_root(decode->root), metadata = pg_at_get(&root, "metadata");

    check_name(decode, &metadata);
    check_namespace(decode, &metadata);
}

struct pg_raw_id pg_decode_id(struct pg_decode *decode, const struct pg_at *object)
{
    return (struct pg_raw_id){
        .ns = decode->ns,
        .name = decode->name,
        .order = decode->loader->order++,
        .loc = pg_decode_loc(decode, object),
    };
}

struct pg_raw_owner pg_decode_owner(const struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata");
    struct pg_at owners = pg_at_get(&metadata, "ownerReferences");

    for (uint32_t i = 0; i < pg_at_items(&owners); i++) {
        struct pg_at owner = pg_at_item(&owners, i), controller = pg_at_get(&owner, "controller");
        pg_str kind = pg_decode_field(decode, &owner, "kind");
        pg_str name = pg_decode_field(decode, &owner, "name");
        if (pg_at_true(&controller) && kind && name)
            return (struct pg_raw_owner){kind, name};
    }
    return (struct pg_raw_owner){PG_STR_NONE, PG_STR_NONE};
}

/* --- objects ----------------------------------------------------------------------------------- */

void pg_decode_stray(void *context, const struct pg_tree *document)
{
    struct pg_loader *loader = context;

    loader->file_documents++;
    pg_tell(loader, PG_CODE_DOC_OBJECT, PG_SEVERITY_WARNING, pg_tell_loc(loader, document->mark),
            NULL, NULL, "%s, and no Kubernetes object: passed over", pg_tree_what(document));
}

static void skip_object(struct pg_loader *loader, const struct pg_tree *object, const char *version,
                        const char *kind)
{
    uint64_t hash = pg_hash(kind, strlen(kind), pg_hash(version, strlen(version), 0));
    const uint32_t *place;

    for (; (place = pg_map_get(&loader->skipped_index, hash)) != NULL; hash++) {
        struct pg_skipped *skipped = &loader->skipped.v[*place];
        if (strcmp(skipped->api_version, version) == 0 && strcmp(skipped->kind, kind) == 0) {
            skipped->count++;
            return;
        }
    }
    pg_map_put(&loader->skipped_index, hash, loader->skipped.n);
    pg_vec_push(loader->work, &loader->skipped,
                ((struct pg_skipped){
                    .api_version = pg_arena_strdup(loader->cluster->arena, version),
                    .kind = pg_arena_strdup(loader->cluster->arena, kind),
                    .count = 1,
                    .first = pg_tell_loc(loader, object->mark),
                }));
}

/* A version that the API server does not serve: a draft is read all the same, for it says what is meant. */
static void check_version(struct pg_decode *decode)
{
    struct pg_at root = pg_at_root(decode->root), at = pg_at_get(&root, "apiVersion");
    const struct pg_kind *kind = decode->kind;
    const char *version = kind->versions;

    if (!version)
        return;
    if (pg_kind_version_in(kind->removed, decode->api_version)) {
        bool net = kind->flags & PG_KIND_POLICY || strncmp(kind->kind, "Ingress", 7) == 0;
        if (net)
            version = "networking.k8s.io/v1";
        else
            version = strcmp(kind->group, "batch") == 0 ? "batch/v1" : "apps/v1";
        pg_decode_say(decode, PG_CODE_OBJ_API_REMOVED, &at,
                      "removed API version: no supported server has %.100s any more; write %s",
                      decode->api_version, version);
    } else if (!pg_kind_version_in(version, decode->api_version)) {
        pg_decode_say(decode, PG_CODE_OBJ_API_UNKNOWN, &at,
                      "the API has no %s in %.100s; its versions are: %s", decode->kind_name,
                      decode->api_version, version);
    }
}

static void decode_known(struct pg_decode *decode)
{
    struct pg_at root = pg_at_root(decode->root);

    read_names(decode);
    check_version(decode);
    pg_verify(decode, &root, decode->kind->shape);
    check_metadata(decode);
    decode->kind->decode(decode, &root);
    decode->loader->cluster->nrejected += decode->rejected;
}

void pg_decode_object(void *context, const struct pg_tree *object, const char *version,
                      const char *kind)
{
    struct pg_loader *loader = context;
    const char *own_version = pg_tree_string(pg_tree_get(object, "apiVersion"));
    const char *own_kind = pg_tree_string(pg_tree_get(object, "kind"));
    struct pg_decode decode = {.loader = loader, .root = object};

    if (loader->stopped)
        return;
    loader->file_documents++;
    decode.api_version = own_version && *own_version ? own_version : version;
    decode.kind_name = own_kind && *own_kind ? own_kind : kind;
    if (!decode.api_version || !decode.kind_name) {
        pg_tell(loader, PG_CODE_DOC_OBJECT, PG_SEVERITY_WARNING, pg_tell_loc(loader, object->mark),
                NULL, NULL, "a map without %s, and so no Kubernetes object: passed over",
                decode.api_version ? "kind"
                : decode.kind_name ? "apiVersion"
                                   : "apiVersion and kind");
        return;
    }
    loader->progress.objects++;
    decode.kind = pg_kind_find(decode.api_version, decode.kind_name);
    if (decode.kind)
        decode_known(&decode);
    else
        skip_object(loader, object, decode.api_version, decode.kind_name);
    if (loader->progress.objects % 100 == 0)
        pg_loader_progress(loader, 0);
}
