/*
 * For the tests of the readers: what they build from a text, written on one line. Maps are {k=v,…}, lists
 * [v,…]; plain scalars as they are, others in quotes; skipped values as "~~". Objects are separated by " | ";
 * one that got version and kind from its list is preceded by them; strays by "stray".
 */
#ifndef PG_TESTS_TREES_H
#define PG_TESTS_TREES_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../src/load/build.h"
#include "../../src/load/feed.h"
#include "../../src/load/json_reader.h"
#include "../../src/load/yaml_reader.h"

static inline void print_tree(struct pg_buf *out, const struct pg_tree *node)
{
    switch ((enum pg_tree_kind)node->kind) {
    case PG_TREE_SKIPPED: pg_buf_puts(out, "~~"); break;
    case PG_TREE_SCALAR:
        pg_buf_printf(out, node->plain ? "%s" : "\"%s\"", node->text);
        assert_int_equal(strlen(node->text), node->n);
        break;
    case PG_TREE_SEQ:
        pg_buf_putc(out, '[');
        for (uint32_t i = 0; i < node->n; i++) {
            pg_buf_puts(out, i ? "," : "");
            print_tree(out, node->items[i]);
        }
        pg_buf_putc(out, ']');
        break;
    case PG_TREE_MAP:
        pg_buf_putc(out, '{');
        for (uint32_t i = 0; i < node->n; i++) {
            const struct pg_tree_entry *entry = &node->entries[i];
            pg_buf_printf(out, "%s%s%s%s=", i ? "," : "", entry->lost ? "!" : "",
                          entry->plain_key ? "?" : "", entry->key);
            print_tree(out, entry->value);
        }
        pg_buf_putc(out, '}');
        break;
    }
}

static inline void print_object(void *context, const struct pg_tree *object, const char *version,
                                const char *kind)
{
    struct pg_buf *out = context;

    pg_buf_puts(out, out->n ? " | " : "");
    if (version || kind)
        pg_buf_printf(out, "%s %s ", version ? version : "-", kind ? kind : "-");
    print_tree(out, object);
}

static inline void print_stray(void *context, const struct pg_tree *document)
{
    struct pg_buf *out = context;

    pg_buf_printf(out, "%sstray ", out->n ? " | " : "");
    print_tree(out, document);
}

/* Reads a text as the loader would, or as YAML whatever it looks like. Appends what it holds, or "!" and
   the fault as CODE line:column. */
static inline bool read_text(struct pg_buf *out, const char *text, size_t n, bool only_yaml)
{
    struct pg_build_sink sink = {print_object, print_stray, out};
    struct pg_fault fault = {0};
    struct pg_build *build = pg_build_new(&sink, &fault);
    struct pg_feed feed;
    uint32_t line = 1;
    bool ok = true;

    pg_feed_text(&feed, text, n, NULL, NULL);
    if (!only_yaml && pg_feed_is_json(&feed)) {
        pg_feed_begin(&feed, false);
        ok = pg_json_read(build, &feed, &line, &fault);
    } else if (only_yaml) {
        pg_feed_is_json(&feed);
    }
    if (ok && line) {
        pg_feed_begin(&feed, true);
        ok = pg_yaml_read(build, &feed, line, &fault);
    }
    if (!ok) {
        pg_buf_printf(out, "%s!%s %u:%u", out->n ? " | " : "", pg_code_name(fault.code),
                      fault.mark.line, fault.mark.column);
        assert_true(strlen(fault.message) > 5);
    }
    pg_feed_close(&feed);
    pg_build_free(build);
    return ok;
}

static inline void assert_reads(const char *text, const char *expected)
{
    struct pg_buf out = {0};

    read_text(&out, text, strlen(text), false);
    if (strcmp(pg_buf_text(&out), expected) != 0)
        print_error("%s\n", text);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&out);
}

#endif
