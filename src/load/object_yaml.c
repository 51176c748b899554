/* pg_object_yaml(): JSON into YAML as people write it, through libyaml's emitter. */
#include <string.h>

#include <yaml.h>

#include "polgrid/document.h"
#include "polgrid/objects.h"
#include "scalar.h"
#include "tree.h"

struct writing {
    yaml_emitter_t emitter;
    struct pg_buf *out;
    bool ok;
};

static int put(void *context, unsigned char *bytes, size_t n)
{
    struct writing *writing = context;

    pg_buf_add(writing->out, (const char *)bytes, n);
    return 1;
}

/* Takes the event, made or not. */
static void emit(struct writing *writing, int made, yaml_event_t *event)
{
    writing->ok = writing->ok && made && yaml_emitter_emit(&writing->emitter, event);
}

static void emit_scalar(struct writing *writing, const char *text, size_t n, bool is_string)
{
    yaml_event_t event;
    yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;

    if (!is_string)
        style = YAML_PLAIN_SCALAR_STYLE;
    else if (pg_scalar_resolve(text, n).type != PG_SCALAR_STRING || strcmp(text, "<<") == 0)
        style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    emit(writing,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)n, 1,
                                      is_string, style),
         &event);
}

static void emit_node(struct writing *writing, const struct pg_tree *node)
{
    yaml_event_t event;
    enum pg_document_kind kind = pg_document_kind(node);

    if (kind == PG_DOCUMENT_MAP) {
        emit(writing,
             yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE),
             &event);
        for (uint32_t i = 0; i < node->n && writing->ok; i++) {
            emit_scalar(writing, node->entries[i].key, node->entries[i].key_length, true);
            emit_node(writing, node->entries[i].value);
        }
        emit(writing, yaml_mapping_end_event_initialize(&event), &event);
    } else if (kind == PG_DOCUMENT_LIST) {
        emit(writing,
             yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE),
             &event);
        for (uint32_t i = 0; i < node->n && writing->ok; i++)
            emit_node(writing, node->items[i]);
        emit(writing, yaml_sequence_end_event_initialize(&event), &event);
    } else if (kind == PG_DOCUMENT_NOTHING) {
        emit_scalar(writing, "null", 4, false);
    } else {
        emit_scalar(writing, node->text, node->n, kind == PG_DOCUMENT_STRING);
    }
}

static void emit_document(struct writing *writing, const struct pg_tree *document)
{
    yaml_event_t event;

    emit(writing, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event);
    emit(writing, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event);
    emit_node(writing, document);
    emit(writing, yaml_document_end_event_initialize(&event, 1), &event);
    emit(writing, yaml_stream_end_event_initialize(&event), &event);
}

bool pg_object_yaml(struct pg_buf *out, const char *json, size_t n, struct pg_err *err)
{
    struct pg_arena *arena = pg_arena_new();
    struct writing writing = {.out = out, .ok = true};
    struct pg_tree *document = NULL;
    bool ok = pg_document_read(arena, json, n, &document, err);

    if (ok && yaml_emitter_initialize(&writing.emitter)) {
        yaml_emitter_set_output(&writing.emitter, put, &writing);
        yaml_emitter_set_unicode(&writing.emitter, 1);
        yaml_emitter_set_width(&writing.emitter, -1);
        emit_document(&writing, document);
        ok = writing.ok || pg_err_set(err, "no YAML can be made of it");
        yaml_emitter_delete(&writing.emitter);
    }
    pg_arena_free(arena);
    return ok;
}
