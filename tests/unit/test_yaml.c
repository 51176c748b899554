/* src/load: YAML through the builder: trees, places, objects, caps */
#include "trees.h"

/* --- trees ------------------------------------------------------------------------------------- */

static void scalars(void **state)
{
    (void)state;
    assert_reads("kind: A\na: 1\nb: '1'\nc: \"x\\ty\"\nd:\ne: ~\nf: |\n  two\n  lines\n",
                 "{kind=A,a=1,b=\"1\",c=\"x\ty\",d=,e=~,f=\"two\nlines\n\"}");
    assert_reads("a: !!str 1\nb: ! 2\nc: !!int 3\nd: !own 4\n", "{a=\"1\",b=\"2\",c=3,d=\"4\"}");
    assert_reads("a: \"x\\0y\"\n", "{a=\"x\xef\xbf\xbdy\"}");
}

static void collections(void **state)
{
    (void)state;
    assert_reads("a: [1, {b: 2}, []]\nc:\n- d: {}\n  e: x\n- \n-  - f\n",
                 "{a=[1,{b=2},[]],c=[{d={},e=x},,[f]]}");
    assert_reads("{a: 1}", "{a=1}"); /* a flow map of YAML, not JSON */
    assert_reads("\xef\xbb\xbf"
                 "a: 1",
                 "{a=1}");
}

static void documents(void **state)
{
    (void)state;
    assert_reads("# c\n---\na: 1\n---\n# nothing\n---\n---\nb: 2\n...\n", "{a=1} | {b=2}");
    assert_reads("just text\n---\n- 1\n", "stray just text | stray [1]");
    assert_reads("", "");
    assert_reads("--- ~\n", "");
}

static void keys(void **state)
{
    (void)state;
    assert_reads("a: 1\na: 2\nb: 3\n", "{!a=1,a=2,b=3}");
    assert_reads("yes: 1\n0x10: 2\n1.0: 3\n~: 4\n'no': 5\n", "{?true=1,?16=2,?1=3,?null=4,no=5}");
    assert_reads(
        "x1: 1\nx2: 2\nx3: 3\nx4: 4\nx5: 5\nx6: 6\nx7: 7\nx8: 8\nx9: 9\nx10: 10\nx11: 11\n"
        "x12: 12\nx3: 13\nx13: 14\nx3: 15\n",
        "{x1=1,x2=2,!x3=3,x4=4,x5=5,x6=6,x7=7,x8=8,x9=9,x10=10,x11=11,x12=12,!x3=13,x13=14,"
        "x3=15}");
    assert_reads("a: {{ .Values.b }}\n", "!DOC-KEY 1:5");
    assert_reads("? [a]\n: b\n", "!DOC-KEY 1:3");
}

static void aliases(void **state)
{
    (void)state;
    assert_reads("a: &x {b: 1}\nc: *x\n", "{a={b=1},c={b=1}}");
    assert_reads("a: &x 1\nb: &x 2\nc: *x\n", "{a=1,b=2,c=2}");
    assert_reads("a: &k key\n*k : 1\n&l lock : *l\n", "{a=key,key=1,lock=lock}");
    assert_reads("a: &x 1\n---\nb: *x\n", "{a=1} | !DOC-ALIAS 3:4");
    assert_reads("a: *x\n", "!DOC-ALIAS 1:4");
    assert_reads("a: &x [*x]\n", "!DOC-ALIAS 1:8");
    assert_reads("a: &x [1]\n*x : 2\n", "!DOC-KEY 2:1");
}

static void merges(void **state)
{
    (void)state;
    assert_reads("a: &x {p: 1, q: 2}\nb:\n  q: 3\n  <<: *x\n  r: 4\n",
                 "{a={p=1,q=2},b={q=3,r=4,p=1}}");
    assert_reads("a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y]}\n",
                 "{a={p=1},b={p=2,q=3},c={p=1,q=3}}");
    assert_reads("a: {<<: {p: 1}, p: 2, p: 3}\n", "{a={p=3,!p=2}}");
    assert_reads("a: {'<<': 1}\n", "{a={<<=1}}");
    assert_reads("a: {<<: 1}\n", "!DOC-KEY 1:4");
    assert_reads("a: {<<: {}}\n", "{a={}}");
}

/* --- places ------------------------------------------------------------------------------------ */

/* Keeps the place of what one key names. */
static void note_places(void *context, const struct pg_tree *object, const char *version,
                        const char *kind)
{
    struct pg_buf *out = context;

    (void)version, (void)kind;
    for (uint32_t i = 0; i < object->n; i++) {
        const struct pg_tree *value = object->entries[i].value;
        pg_buf_printf(out, "%s %u:%u-%u\n", object->entries[i].key, value->mark.line,
                      value->mark.column, value->end_line);
        for (uint32_t k = 0; value->kind == PG_TREE_SEQ && k < value->n; k++)
            pg_buf_printf(out, "- %u:%u-%u\n", value->items[k]->mark.line,
                          value->items[k]->mark.column, value->items[k]->end_line);
    }
    pg_buf_printf(out, "all %u:%u-%u\n", object->mark.line, object->mark.column, object->end_line);
}

static void assert_places(const char *text, const char *expected)
{
    struct pg_buf out = {0};
    struct pg_build_sink sink = {note_places, NULL, &out};
    struct pg_fault fault;
    struct pg_build *build = pg_build_new(&sink, &fault);
    struct pg_feed feed;
    uint32_t line;

    pg_feed_text(&feed, text, strlen(text), NULL, NULL);
    if (pg_feed_is_json(&feed)) {
        pg_feed_begin(&feed, false);
        assert_true(pg_json_read(build, &feed, &line, &fault));
    } else {
        pg_feed_begin(&feed, true);
        assert_true(pg_yaml_read(build, &feed, 1, &fault));
    }
    assert_string_equal(pg_buf_text(&out), expected);
    pg_feed_close(&feed);
    pg_build_free(build);
    pg_buf_free(&out);
}

static void places(void **state)
{
    (void)state;
    assert_places("# c\n"
                  "a:\n"
                  "  b: 1\n"
                  "  c: |\n"
                  "    x\n"
                  "    y\n"
                  "\n"
                  "d:\n"
                  "- e: 1\n"
                  "  f:\n"
                  "    - 2\n"
                  "\n"
                  "-\n"
                  "- &z\n"
                  "  g: 3\n"
                  "\n"
                  "# the end\n",
                  "a 3:3-6\nd 9:1-15\n- 9:3-11\n- 13:2-13\n- 15:3-15\nall 2:1-15\n");
    assert_places("a: {b: [1,\n 2],\n c: 3\n}\nd: \"x\n  y\"\n", "a 1:4-4\nd 5:4-6\nall 1:1-6\n");
    assert_places("{\n \"\xc3\xa9\": [\n  1,\n  {\"b\":\n2}\n ], \"\xc3\xa9\xc3\xa9\": 7\n}\n",
                  "\xc3\xa9 2:7-6\n- 3:3-3\n- 4:3-5\n\xc3\xa9\xc3\xa9 6:11-6\nall 1:1-7\n");
}

/* --- objects ----------------------------------------------------------------------------------- */

static void lists(void **state)
{
    (void)state;
    assert_reads("apiVersion: v1\nkind: List\nitems:\n"
                 "- {apiVersion: a/v1, kind: X, metadata: {name: p}}\n"
                 "- {apiVersion: a/v1, kind: X, metadata: {name: q}}\n",
                 "a/v1 X {apiVersion=a/v1,kind=X,metadata={name=p}} | "
                 "a/v1 X {apiVersion=a/v1,kind=X,metadata={name=q}}");
    /* elements without a kind take the list's, whether it stands before them or behind */
    assert_reads("apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: p}}\n",
                 "v1 Pod {metadata={name=p}}");
    assert_reads("items:\n- {metadata: {name: p}}\n- {kind: X, apiVersion: z}\n"
                 "kind: PodList\napiVersion: v1\n",
                 "z X {kind=X,apiVersion=z} | v1 Pod {metadata={name=p}}");
    assert_reads("kind: List\nitems: [{metadata: {}}]\napiVersion: v1\n", "v1 - {metadata={}}");
    assert_reads("kind: List\napiVersion: v1\nitems: [~, 1, []]\n", "stray 1 | stray []");
    assert_reads("kind: List\napiVersion: v1\nitems: ~\n", "");
    assert_reads("kind: AllowList\napiVersion: v1\nspec: 1\n",
                 "{kind=AllowList,apiVersion=v1,spec=~~}");
    assert_reads("kind: Other\napiVersion: v1\nitems: [{a: 1}]\n",
                 "{kind=Other,apiVersion=v1,items=~~}");
}

static void nested_lists(void **state)
{
    (void)state;
    assert_reads("apiVersion: v1\nkind: List\nitems:\n"
                 "- apiVersion: v1\n  kind: List\n  items:\n"
                 "  - {apiVersion: v1, kind: A}\n"
                 "  - items: [{apiVersion: v1, kind: B}, {x: 1}]\n"
                 "    kind: CList\n"
                 "    apiVersion: c\n"
                 "- {apiVersion: v1, kind: D}\n",
                 "v1 A {apiVersion=v1,kind=A} | v1 B {apiVersion=v1,kind=B} | c C {x=1} | "
                 "v1 D {apiVersion=v1,kind=D}");
    assert_reads(
        "kind: List\napiVersion: v1\nitems: [{items: [{items: [{items: [{items: [{kind: A, "
        "apiVersion: v1, x: [1]}]}]}]}], kind: List, apiVersion: v1}, {kind: B, apiVersion: "
        "v1}]\n",
        "v1 A {kind=A,apiVersion=v1,x=~~} | v1 B {kind=B,apiVersion=v1}");
}

static void aliased_elements(void **state)
{
    (void)state;
    assert_reads(
        "kind: List\napiVersion: v1\nitems:\n- &p {kind: A, apiVersion: v1, x: &q {z: 1}}\n"
        "- {kind: B, apiVersion: v1, x: *q}\n- *p\n",
        "v1 A {kind=A,apiVersion=v1,x={z=1}} | v1 B {kind=B,apiVersion=v1,x=~~} | "
        "v1 - {kind=A,apiVersion=v1,x={z=1}}");
    /* an anchor inside something that nobody reads */
    assert_reads("kind: ConfigMap\napiVersion: v1\ndata: {a: {b: &x {c: 1}, d: &y z}}\n"
                 "metadata: {name: *y, namespace: *x}\n",
                 "{kind=ConfigMap,apiVersion=v1,data=~~,metadata={name=z,namespace={c=1}}}");
}

static void pruning(void **state)
{
    (void)state;
    assert_reads("apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {a: long, b: 1, c: 'x'}\n"
                 "  managedFields: [{a: {b: c}}]\n  labels: {managedFields: x}\n"
                 "spec:\n  containers:\n  - env: [{name: a}]\n    ports: [{hostPort: 1, name: x}]\n"
                 "  volumes: 3\n  odd: {a: b}\nstatus: {qosClass: [1, 2], podIP: 10.0.0.1}\n",
                 "{apiVersion=v1,kind=Pod,metadata={annotations={a=long,b=1,c=\"\"},"
                 "managedFields=~~,labels={managedFields=x}},"
                 "spec={containers=[{env=~~,ports=[{hostPort=~~,name=x}]}],volumes=~~,odd=~~},"
                 "status={qosClass=~~,podIP=10.0.0.1}}");
    assert_reads(
        "apiVersion: v1\ndata: {a: b}\nkind: ConfigMap\nmetadata: {name: x, labels: {a: b}}\n",
        "{apiVersion=v1,data=~~,kind=ConfigMap,metadata={name=x,labels=~~}}");
    /* before the kind is known everything is kept */
    assert_reads("spec: {volumes: [1]}\napiVersion: v1\nkind: Pod\n",
                 "{spec={volumes=[1]},apiVersion=v1,kind=Pod}");
    /* another sort of thing than the shape says */
    assert_reads(
        "apiVersion: v1\nkind: Pod\nspec: [{volumes: 1}]\nmetadata: x\nstatus: {podIPs: {a: 1}}\n",
        "{apiVersion=v1,kind=Pod,spec=[{volumes=1}],metadata=x,status={podIPs={a=1}}}");
}

/* --- faults ------------------------------------------------------------------------------------ */

static void syntax(void **state)
{
    (void)state;
    assert_reads("a: b: c\n", "!YAML-SYNTAX 1:5");
    assert_reads("x: 1\n---\na:\n\tb: c\n", "{x=1} | !YAML-SYNTAX 4:1");
    assert_reads("a: 'x\n", "!YAML-SYNTAX 2:1");
    assert_reads("a: \x01\n", "!FILE-TEXT 1:4");
    assert_reads("a: \xc3(\n", "!FILE-TEXT 1:4");
    assert_reads("a: x\xe2\x82", "!FILE-TEXT 1:5");
    assert_reads("a: 1\n\xef\xbb\xbf"
                 "b: 2\n",
                 "!FILE-TEXT 2:1");
    assert_reads("\xff\xfe"
                 "a",
                 "!FILE-TEXT 1:1");
}

static void assert_repeated(const char *head, const char *part, size_t times, const char *tail,
                            const char *expected)
{
    struct pg_buf text = {0}, out = {0};

    pg_buf_puts(&text, head);
    for (size_t i = 0; i < times; i++)
        pg_buf_puts(&text, part);
    pg_buf_puts(&text, tail);
    read_text(&out, pg_buf_text(&text), text.n, true);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&text);
    pg_buf_free(&out);
}

/* What would keep a reader without caps busy for minutes. */
static void caps(void **state)
{
    (void)state;
    assert_repeated("", "[", 200000, "", "!DOC-DEPTH 1:101");
    assert_repeated("- ", "[\n", 200000, "", "!DOC-DEPTH 100:1");
    assert_repeated("", "- ", 200000, "", "!DOC-DEPTH 1:201");
    assert_repeated("", "{a: ", 200000, "", "!DOC-DEPTH 1:401");
    assert_repeated("", "- &a x\n", 100000, "", "!DOC-ANCHORS 10001:3");
    assert_repeated("", "&a [ ", 100000, "", "!DOC-DEPTH 1:501");
    assert_repeated("", "%TAG !a! tag:x,1:\n", 2000, "--- a\n", "!YAML-SYNTAX 1001:2");
    assert_repeated("a: [", "x,", 2100000, "]\n", "!DOC-NODES 1:3999999");
}

static void laughs(void **state)
{
    struct pg_buf text = {0}, out = {0};

    (void)state;
    pg_buf_puts(&text, "a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'z'; c++) {
        pg_buf_printf(&text, "%c: &%c [", c, c);
        for (int i = 0; i < 9; i++)
            pg_buf_printf(&text, "*%c,", c - 1);
        pg_buf_puts(&text, "]\n");
    }
    read_text(&out, pg_buf_text(&text), text.n, false);
    assert_string_equal(pg_buf_text(&out), "!DOC-ALIAS 7:8");
    pg_buf_free(&text);
    pg_buf_free(&out);
}

static void nul_bytes(void **state)
{
    struct pg_buf out = {0};

    (void)state;
    read_text(&out, "a: 1\nb: \0\n", 10, false);
    assert_string_equal(pg_buf_text(&out), "!FILE-TEXT 2:4");
    pg_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),      cmocka_unit_test(collections),
        cmocka_unit_test(documents),    cmocka_unit_test(keys),
        cmocka_unit_test(aliases),      cmocka_unit_test(merges),
        cmocka_unit_test(places),       cmocka_unit_test(lists),
        cmocka_unit_test(nested_lists), cmocka_unit_test(aliased_elements),
        cmocka_unit_test(pruning),      cmocka_unit_test(syntax),
        cmocka_unit_test(caps),         cmocka_unit_test(laughs),
        cmocka_unit_test(nul_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
