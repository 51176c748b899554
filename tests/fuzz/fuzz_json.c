/*
 * The JSON reader against jansson: what one takes the other takes, and both read the same values.
 *
 * Not compared is what differs on purpose: jansson has no number beyond its range and no NUL in a key; the
 * program has caps on depth and nodes (a fault that is not JSON-SYNTAX), drops a byte-order mark, and
 * leaves what follows a line `---` to the YAML reader.
 */
#include <jansson.h>
#include <string.h>

#include "../../src/load/json_reader.h"
#include "../../src/load/tree.h"
#include "fuzz.h"

struct seen {
    const json_t *value; /* the only document, as jansson read it; NULL: don't compare */
    uint32_t objects;
};

/* --- values --- */

static void compare(const struct pg_tree *node, const json_t *value);

static void compare_map(const struct pg_tree *node, const json_t *value)
{
    FUZZ_PROMISE(json_is_object(value));
    for (uint32_t i = 0; i < node->n; i++) {
        const struct pg_tree_entry *entry = &node->entries[i];
        if (entry->lost)
            continue;
        const json_t *found = json_object_get(value, entry->key);
        FUZZ_PROMISE(found != NULL);
        compare(entry->value, found);
    }
}

static void compare_scalar(const struct pg_tree *node, const json_t *value)
{
    if (!node->plain) {
        FUZZ_PROMISE(json_is_string(value));
        const char *text = json_string_value(value);
        size_t n = json_string_length(value);
        if (node->n > 0 && memchr(text, '\0', n) == NULL) /* else nobody reads it, or it was mended */
            FUZZ_PROMISE(n == node->n && memcmp(text, node->text, n) == 0);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_TRUE: FUZZ_PROMISE(strcmp(node->text, "true") == 0); break;
    case JSON_FALSE: FUZZ_PROMISE(strcmp(node->text, "false") == 0); break;
    case JSON_NULL: FUZZ_PROMISE(strcmp(node->text, "null") == 0); break;
    default: FUZZ_PROMISE(json_is_number(value));
    }
}

static void compare(const struct pg_tree *node, const json_t *value)
{
    switch ((enum pg_tree_kind)node->kind) {
    case PG_TREE_MAP: compare_map(node, value); break;
    case PG_TREE_SEQ:
        FUZZ_PROMISE(json_is_array(value) && json_array_size(value) == node->n);
        for (uint32_t i = 0; i < node->n; i++)
            compare(node->items[i], json_array_get(value, i));
        break;
    case PG_TREE_SCALAR: compare_scalar(node, value); break;
    case PG_TREE_SKIPPED: break;
    }
}

static void see_object(void *context, const struct pg_tree *object, const char *list_version,
                       const char *list_kind)
{
    struct seen *seen = context;
    (void)list_version;
    (void)list_kind;
    seen->objects++;
    if (seen->value != NULL && json_object_get(seen->value, "items") == NULL)
        compare(object, seen->value);
}

static void see_stray(void *context, const struct pg_tree *document)
{
    struct seen *seen = context;
    if (seen->value != NULL)
        compare(document, seen->value);
}

/* --- what each of them says --- */

enum answer {
    TAKES,
    REFUSES,
    ELSE, /* something that is not compared */
};

/* One document from text + *at on, which moves behind it. */
static enum answer next_document(const char *text, size_t n, size_t *at, json_t **value)
{
    if (text[*at] != '{' && text[*at] != '[')
        return ELSE; /* a document that is a scalar: where it ends is a matter of taste */
    json_error_t error;
    *value = json_loadb(text + *at, n - *at, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
    if (*value != NULL) {
        *at += (size_t)error.position;
        return TAKES;
    }
    enum json_error_code code = json_error_code(&error);
    bool limits = code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
                  code == json_error_stack_overflow;
    return limits ? ELSE : REFUSES;
}

/* All documents of a text. *value is the document, if there is just one. */
static enum answer ask_jansson(const char *text, size_t n, json_t **value)
{
    enum answer answer = TAKES;
    json_t *first = NULL;
    uint32_t documents = 0;
    for (size_t at = 0; answer == TAKES; documents++) {
        while (at < n && memchr(" \t\r\n", text[at], 4) != NULL)
            at++;
        if (at == n)
            break;
        json_t *next = NULL;
        answer = next_document(text, n, &at, &next);
        if (documents == 0)
            first = next;
        else
            json_decref(next);
    }
    *value = documents == 1 && answer == TAKES ? first : NULL;
    if (*value == NULL)
        json_decref(first);
    return answer;
}

static enum answer ask_program(const char *text, size_t n, struct seen *seen)
{
    struct pg_build_sink sink = {see_object, see_stray, seen};
    struct pg_fault fault = {0};
    struct pg_feed feed;
    uint32_t yaml_line;
    struct pg_build *build = pg_build_new(&sink, &fault);
    pg_feed_text(&feed, text, n, NULL, NULL);
    bool json = pg_feed_is_json(&feed); /* it drops the byte-order mark, too */
    pg_feed_begin(&feed, false);
    bool reads = pg_json_read(build, &feed, &yaml_line, &fault);
    if (!reads)
        FUZZ_PROMISE(fault.message[0] != '\0' && strlen(fault.message) < sizeof fault.message);
    pg_feed_close(&feed);
    pg_build_free(build);
    if (!json || yaml_line != 0)
        return ELSE;
    if (reads)
        return TAKES;
    return fault.code == PG_CODE_JSON_SYNTAX || fault.code == PG_CODE_FILE_TEXT ? REFUSES : ELSE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    size_t bom = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_t *value;
    enum answer jansson = ask_jansson(text + bom, size - bom, &value);
    struct seen seen = {.value = value};
    enum answer program = ask_program(text, size, &seen);
    if (jansson != ELSE && program != ELSE && jansson != program)
        fprintf(stderr, "jansson %s it, the program %s it\n",
                jansson == TAKES ? "takes" : "refuses", program == TAKES ? "takes" : "refuses");
    FUZZ_PROMISE(jansson == ELSE || program == ELSE || jansson == program);
    json_decref(value);
    free(text);
    return 0;
}
