#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tree.h"

enum { BLOCK_NODES = 256 };

struct tree_block {
    struct tree_block *next;
    int used;
    struct tree nodes[BLOCK_NODES];
};

struct tree_pool {
    struct tree_block *blocks;
};

struct tree_pool *tree_pool_new(void)
{
    struct tree_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        abort();
    return pool;
}

void tree_pool_free(struct tree_pool *pool)
{
    for (struct tree_block *block = pool->blocks; block != NULL;) {
        struct tree_block *next = block->next;
        free(block);
        block = next;
    }
    free(pool);
}

static struct tree *node_new(struct tree_pool *pool)
{
    if (pool->blocks == NULL || pool->blocks->used == BLOCK_NODES) {
        struct tree_block *block = calloc(1, sizeof *block);
        if (block == NULL)
            abort();
        block->next = pool->blocks;
        pool->blocks = block;
    }
    return &pool->blocks->nodes[pool->blocks->used++];
}

struct tree *tree_add(struct tree_pool *pool, struct tree *parent, const char *key,
                      enum tree_kind kind)
{
    struct tree *node = node_new(pool);
    node->kind = kind;
    if (key != NULL)
        snprintf(node->key, sizeof node->key, "%s", key);
    if (parent == NULL)
        return node;
    if (parent->last == NULL)
        parent->first = node;
    else
        parent->last->next = node;
    parent->last = node;
    return node;
}

void tree_add_text(struct tree_pool *pool, struct tree *parent, const char *key, const char *text)
{
    struct tree *node = tree_add(pool, parent, key, TREE_TEXT);
    snprintf(node->text, sizeof node->text, "%s", text);
}

void tree_add_number(struct tree_pool *pool, struct tree *parent, const char *key, int number)
{
    struct tree *node = tree_add(pool, parent, key, TREE_NUMBER);
    node->number = number;
}

/* --- scalars --- */

/* Whether YAML 1.1 reads a plain scalar as this very text (1.6): nothing that looks like a number, a
   truth value or null, and nothing that is syntax. */
static bool is_plain(const char *text, bool flow)
{
    static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
                                        "off", "true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return false;
    }
    size_t n = strlen(text);
    bool address = strchr(text, '/') != NULL && strspn(text, "0123456789./") == n;
    bool address6 = !flow && strchr(text, ':') != NULL && strchr(text, '/') != NULL &&
                    strspn(text, "0123456789abcdef:/") == n && *text != ':';
    if (address || address6)
        return true;
    bool starts = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
    return starts && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-./") == n;
}

/* A quote inside is doubled in single quotes, and escaped in double ones. */
static void put_quoted(FILE *out, const char *text, char quote)
{
    fputc(quote, out);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            fputc(quote == '"' ? '\\' : quote, out);
        fputc(*text, out);
    }
    fputc(quote, out);
}

static void put_text(FILE *out, const char *text, bool flow, struct w_random *random)
{
    uint32_t style = w_random_below(random, 4);
    if (style < 2 && is_plain(text, flow))
        fputs(text, out);
    else
        put_quoted(out, text, style == 2 ? '\'' : '"');
}

/* One number in the spellings that all read the same (1.6). */
static void put_number(FILE *out, int number, struct w_random *random)
{
    if (!w_random_chance(random, 12)) {
        fprintf(out, "%d", number);
        return;
    }
    switch (w_random_below(random, 5)) {
    case 0: fprintf(out, "0x%x", (unsigned)number); break;
    case 1: fprintf(out, "0%o", (unsigned)number); break;
    case 2: fprintf(out, "%d.0", number); break;
    case 3: fprintf(out, "+%d", number); break;
    default:
        if (number >= 10)
            fprintf(out, "%d_%d", number / 10, number % 10);
        else
            fprintf(out, "%d", number);
    }
}

static void put_null(FILE *out, struct w_random *random)
{
    fputs(w_random_chance(random, 50) ? "null" : "~", out);
}

/* --- YAML --- */

static void put_flow(FILE *out, const struct tree *node, struct w_random *random);

static void put_scalar(FILE *out, const struct tree *node, bool flow, struct w_random *random)
{
    switch (node->kind) {
    case TREE_TEXT: put_text(out, node->text, flow, random); break;
    case TREE_NUMBER: put_number(out, node->number, random); break;
    case TREE_PLAIN: fputs(node->text, out); break;
    case TREE_BOOL: fputs(node->number != 0 ? "true" : "false", out); break;
    default: put_null(out, random);
    }
}

static void put_flow(FILE *out, const struct tree *node, struct w_random *random)
{
    if (node->kind != TREE_MAP && node->kind != TREE_LIST) {
        put_scalar(out, node, true, random);
        return;
    }
    fputc(node->kind == TREE_MAP ? '{' : '[', out);
    for (const struct tree *child = node->first; child != NULL; child = child->next) {
        if (node->kind == TREE_MAP) {
            put_text(out, child->key, true, random);
            fputs(": ", out);
        }
        put_flow(out, child, random);
        if (child->next != NULL)
            fputs(w_random_chance(random, 90) ? ", " : ",\n                ", out);
    }
    fputc(node->kind == TREE_MAP ? '}' : ']', out);
}

static void put_indent(FILE *out, int indent)
{
    fprintf(out, "%*s", indent, "");
}

static bool goes_in_line(const struct tree *node, struct w_random *random)
{
    return node->first == NULL || w_random_chance(random, 15);
}

static void put_block(FILE *out, const struct tree *node, int indent, bool inside_line,
                      struct w_random *random);

/* What follows `key:` or `-`. */
static void put_value(FILE *out, const struct tree *node, int indent, bool in_list,
                      struct w_random *random)
{
    bool nested = (node->kind == TREE_MAP || node->kind == TREE_LIST) && !goes_in_line(node, random);
    if (node->kind == TREE_NULL && w_random_chance(random, 40)) {
        fputc('\n', out);
    } else if (!nested) {
        fputc(' ', out);
        put_flow(out, node, random);
        fputs(w_random_chance(random, 5) ? " # as agreed\n" : "\n", out);
    } else if (in_list && node->kind == TREE_MAP && w_random_chance(random, 80)) {
        fputc(' ', out);
        put_block(out, node, indent + 2, true, random);
    } else {
        fputc('\n', out);
        bool flush = node->kind == TREE_LIST && !in_list && w_random_chance(random, 50);
        put_block(out, node, flush ? indent : indent + 2, false, random);
    }
}

/* `inside_line`: the first entry goes on in the line of its dash. */
static void put_block(FILE *out, const struct tree *node, int indent, bool inside_line,
                      struct w_random *random)
{
    for (const struct tree *child = node->first; child != NULL; child = child->next) {
        if (!inside_line) {
            if (w_random_chance(random, 2))
                fputs("# a remark\n\n", out);
            put_indent(out, indent);
        }
        inside_line = false;
        if (node->kind == TREE_MAP) {
            put_text(out, child->key, false, random);
            fputc(':', out);
        } else {
            fputc('-', out);
        }
        put_value(out, child, indent, node->kind == TREE_LIST, random);
    }
}

void tree_yaml(FILE *out, const struct tree *tree, struct w_random *random)
{
    if (w_random_chance(random, 8)) {
        put_flow(out, tree, random);
        fputc('\n', out);
    } else {
        put_block(out, tree, 0, false, random);
    }
}

/* --- JSON --- */

static void put_json(FILE *out, const struct tree *node, int indent, bool pretty)
{
    switch (node->kind) {
    case TREE_TEXT: put_quoted(out, node->text, '"'); return;
    case TREE_PLAIN: fputs(node->text, out); return;
    case TREE_NUMBER: fprintf(out, "%d", node->number); return;
    case TREE_BOOL: fputs(node->number != 0 ? "true" : "false", out); return;
    case TREE_NULL: fputs("null", out); return;
    default: break;
    }
    fputc(node->kind == TREE_MAP ? '{' : '[', out);
    for (const struct tree *child = node->first; child != NULL; child = child->next) {
        if (pretty) {
            fputc('\n', out);
            put_indent(out, indent + 2);
        }
        if (node->kind == TREE_MAP)
            fprintf(out, pretty ? "\"%s\": " : "\"%s\":", child->key);
        put_json(out, child, indent + 2, pretty);
        if (child->next != NULL)
            fputc(',', out);
    }
    if (pretty && node->first != NULL) {
        fputc('\n', out);
        put_indent(out, indent);
    }
    fputc(node->kind == TREE_MAP ? '}' : ']', out);
}

void tree_json(FILE *out, const struct tree *tree, struct w_random *random)
{
    put_json(out, tree, 0, w_random_chance(random, 60));
    fputc('\n', out);
}
