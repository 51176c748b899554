/* src/load/json_reader.h: strict JSON; its verdict and values held against jansson's */
#include "trees.h"

#include <jansson.h>

#include "../../src/load/scalar.h"

/* --- against jansson ----------------------------------------------------------------------------- */

static const char *const corpus[] = {
    "{}",
    "[]",
    " [ ] ",
    "{\"a\":1}",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":true,\"e\":false}",
    "[\"\",\"a\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"]",
    "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
    "[0,-0,1,-1,10,123456789,1.5,-1.5,1e3,1E3,1e+3,1e-3,1.25e2]",
    "\t\n\r [1 , 2]\n",
    "[[[[[[]]]]]]",
    "{\"a\":1,\"a\":2}",
    "[\"\x7f\"]",
    "{\"\":\"\"}",
    "[{\"a\":[]},{\"b\":{}}]",
    /* refused */
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "]",
    "{",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{\"a\" 1}",
    "{a:1}",
    "{1:1}",
    "{'a':1}",
    "[1}",
    "{\"a\":1]",
    "[01]",
    "[+1]",
    "[1.]",
    "[.5]",
    "[1e]",
    "[1e+]",
    "[-]",
    "[--1]",
    "[0x10]",
    "[tru]",
    "[True]",
    "[nul]",
    "[nan]",
    "[Infinity]",
    "[\"a]",
    "[\"\n\"]",
    "[\"\t\"]",
    "[\"\\x\"]",
    "[\"\\u12\"]",
    "[\"\\u12g4\"]",
    "[\"\\ud800\"]",
    "[\"\\ud800\\u0041\"]",
    "[\"\\ud800x\"]",
    "[\"\\udc00\"]",
    "[\"\xc3(\"]",
    "[\"\xff\"]",
    "[\"\xc0\xaf\"]",
    "[\"\xed\xa0\x80\"]",
    "[\"\xf5\x80\x80\x80\"]",
    "[1]x",
    "[1]]",
    "[/* no */]",
    "[1] // no",
    "[\"a\" \"b\"]",
    "{\"a\":1 \"b\":2}",
    "{\"a\"::1}",
    "[1,,2]",
    "\xef\xbb\xbf{",
};

/* Appends what jansson read, in the form of print_tree(). */
static void print_value(struct pg_buf *out, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        pg_buf_putc(out, '{');
        json_object_foreach((json_t *)(uintptr_t)value, key, member)
        {
            pg_buf_printf(out, "%s=", key);
            print_value(out, member);
            pg_buf_putc(out, ' ');
        }
        pg_buf_putc(out, '}');
        break;
    case JSON_ARRAY:
        pg_buf_putc(out, '[');
        json_array_foreach(value, i, member)
        {
            print_value(out, member);
            pg_buf_putc(out, ' ');
        }
        pg_buf_putc(out, ']');
        break;
    case JSON_STRING: pg_buf_printf(out, "\"%s\"", json_string_value(value)); break;
    case JSON_INTEGER: pg_buf_printf(out, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: pg_buf_printf(out, "real %g", json_real_value(value)); break;
    case JSON_TRUE: pg_buf_puts(out, "true"); break;
    case JSON_FALSE: pg_buf_puts(out, "false"); break;
    case JSON_NULL: pg_buf_puts(out, "null"); break;
    }
}

static void print_plain(struct pg_buf *out, const struct pg_tree *node)
{
    struct pg_scalar scalar = pg_scalar_resolve(node->text, node->n);

    if (scalar.type == PG_SCALAR_NUMBER && scalar.is_float)
        pg_buf_printf(out, "real %g", strtod(node->text, NULL));
    else if (scalar.type == PG_SCALAR_NUMBER)
        pg_buf_printf(out, "%lld", (long long)scalar.integer);
    else
        pg_buf_puts(out, node->text);
}

/* The same of a tree; of a key that was written twice, the last. */
static void print_node(struct pg_buf *out, const struct pg_tree *node)
{
    if (node->kind == PG_TREE_MAP) {
        pg_buf_putc(out, '{');
        for (uint32_t i = 0; i < node->n; i++) {
            if (node->entries[i].lost)
                continue;
            pg_buf_printf(out, "%s=", node->entries[i].key);
            print_node(out, node->entries[i].value);
            pg_buf_putc(out, ' ');
        }
        pg_buf_putc(out, '}');
    } else if (node->kind == PG_TREE_SEQ) {
        pg_buf_putc(out, '[');
        for (uint32_t i = 0; i < node->n; i++) {
            print_node(out, node->items[i]);
            pg_buf_putc(out, ' ');
        }
        pg_buf_putc(out, ']');
    } else if (node->plain) {
        print_plain(out, node);
    } else {
        pg_buf_printf(out, "\"%s\"", node->text);
    }
}

static void take_object(void *context, const struct pg_tree *object, const char *version,
                        const char *kind)
{
    (void)version, (void)kind;
    print_node(context, object);
}

static void take_stray(void *context, const struct pg_tree *document)
{
    print_node(context, document);
}

/* Whether our reader takes the text as JSON, all of it. */
static bool ours(struct pg_buf *out, const char *text)
{
    struct pg_build_sink sink = {take_object, take_stray, out};
    struct pg_fault fault = {0};
    struct pg_build *build = pg_build_new(&sink, &fault);
    struct pg_feed feed;
    uint32_t yaml_line;
    bool ok;

    pg_feed_text(&feed, text, strlen(text), NULL, NULL);
    pg_feed_is_json(&feed);
    pg_feed_begin(&feed, false);
    ok = pg_json_read(build, &feed, &yaml_line, &fault) && !yaml_line;
    pg_feed_close(&feed);
    pg_build_free(build);
    return ok;
}

static void like_jansson(void **state)
{
    (void)state;
    for (size_t i = 0; i < PG_COUNT(corpus); i++) {
        struct pg_buf got = {0}, wanted = {0};
        json_t *value = json_loads(corpus[i], JSON_DECODE_ANY, NULL);
        bool ok = ours(&got, corpus[i]);
        if (ok != (value != NULL))
            fail_msg("%s: jansson %s it", corpus[i], value ? "takes" : "refuses");
        if (value) {
            print_value(&wanted, value);
            assert_string_equal(pg_buf_text(&got), pg_buf_text(&wanted));
        }
        json_decref(value);
        pg_buf_free(&got);
        pg_buf_free(&wanted);
    }
}

/* --- of our own -------------------------------------------------------------------------------- */

static void beyond_jansson(void **state)
{
    (void)state;
    assert_reads("{\"a\":\"x\\u0000y\"}", "{a=\"x\xef\xbf\xbdy\"}");
    assert_reads("{\"a\":1e999,\"b\":99999999999999999999}", "{a=1e999,b=99999999999999999999}");
}

static void documents(void **state)
{
    (void)state;
    assert_reads("{\"a\":1}{\"b\":2}\n[3]", "{a=1} | {b=2} | stray [3]");
    assert_reads("{\"a\":1}\n---\nb: 2\n---\n{\"c\": 3}\n", "{a=1} | {b=2} | {c=3}");
    assert_reads("{\"a\":1}\n---\nb: [\n", "{a=1} | !YAML-SYNTAX 4:1");
    assert_reads("{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[{\"metadata\":{}},{}]}",
                 "v1 Pod {metadata={}} | v1 Pod {}");
    assert_reads("{\"items\":[{\"spec\":{\"a\":[1]}}],\"kind\":\"PodList\",\"apiVersion\":\"v1\"}",
                 "v1 Pod {spec={a=[1]}}");
    assert_reads("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"volumes\":[{\"a\":\"\\n\"}],"
                 "\"nodeName\":\"n\"}}",
                 "{apiVersion=\"v1\",kind=\"Pod\",spec={volumes=~~,nodeName=\"n\"}}");
}

static void places_of_faults(void **state)
{
    (void)state;
    assert_reads("{\n  \"a\": 01\n}", "!JSON-SYNTAX 2:9");
    assert_reads("{\"\xc3\xa9\xc3\xa9\": x}", "!JSON-SYNTAX 1:8");
    assert_reads("{\"a\": 1} {\"b\": }", "{a=1} | !JSON-SYNTAX 1:16");
    assert_reads("[\"abc", "!JSON-SYNTAX 1:2");
    assert_reads("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"volumes\":[01]}}",
                 "!JSON-SYNTAX 1:53");
    assert_reads("{\"a\":\"\xff\"}", "!FILE-TEXT 1:7");
}

static void depth(void **state)
{
    struct pg_buf text = {0}, out = {0};

    (void)state;
    for (int i = 0; i < 100; i++)
        pg_buf_putc(&text, '[');
    for (int i = 0; i < 100; i++)
        pg_buf_putc(&text, ']');
    assert_true(read_text(&out, pg_buf_text(&text), text.n, false));
    pg_buf_clear(&text);
    pg_buf_clear(&out);
    for (int i = 0; i < 200000; i++)
        pg_buf_putc(&text, '[');
    read_text(&out, pg_buf_text(&text), text.n, false);
    assert_string_equal(pg_buf_text(&out), "!DOC-DEPTH 1:101");
    pg_buf_free(&text);
    pg_buf_free(&out);
}

/* A document moved byte by byte over the border between two chunks is read the same everywhere. */
static void chunks(void **state)
{
    static const char document[] =
        "{\"\xc3\xa9\": \"a\\ud83d\\ude00\\n\xe2\x82\xac\", \"b\": -12.5e+1, "
        "\"c\": [true, null]}";
    struct pg_buf text = {0}, out = {0}, once = {0};

    (void)state;
    read_text(&once, document, sizeof document - 1, false);
    assert_string_equal(pg_buf_text(&once),
                        "{\xc3\xa9=\"a\xf0\x9f\x98\x80\n\xe2\x82\xac\",b=-12.5e+1,c=[true,null]}");
    for (size_t shift = 0; shift < sizeof document; shift++) {
        pg_buf_clear(&text);
        pg_buf_clear(&out);
        pg_buf_puts(&text, "{");
        pg_buf_fill(&text, ' ', (64 << 10) - 1 - shift);
        pg_buf_puts(&text, document + 1);
        assert_true(read_text(&out, pg_buf_text(&text), text.n, false));
        assert_string_equal(pg_buf_text(&out), pg_buf_text(&once));
    }
    pg_buf_free(&text);
    pg_buf_free(&out);
    pg_buf_free(&once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_jansson), cmocka_unit_test(beyond_jansson),
        cmocka_unit_test(documents),    cmocka_unit_test(places_of_faults),
        cmocka_unit_test(depth),        cmocka_unit_test(chunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
