/* calico_selector.h: what texts mean, and what is wrong with those that mean nothing */
#include "unit.h"

#include <string.h>

#include "../../src/load/calico_selector.h"
#include "polgrid/cluster.h"

struct fixture {
    struct pg_arena *arena;
    struct pg_strs *strs;
};

static int set_up(void **state)
{
    struct fixture *fixture = test_malloc(sizeof *fixture);

    *fixture = (struct fixture){pg_arena_new(), pg_strs_new()};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    pg_arena_free(fixture->arena);
    pg_strs_free(fixture->strs);
    test_free(fixture);
    return 0;
}

static struct pg_calico_reader reader_of(const struct fixture *fixture)
{
    return (struct pg_calico_reader){
        .arena = fixture->arena, .strs = fixture->strs, .loc = {.file = 3, .line = 7, .column = 9}};
}

/* Labels from "a=1 b=2"; "a=" is a label with an empty value. */
static struct pg_labels labels_of(const struct fixture *fixture, const char *text)
{
    struct pg_label *labels = pg_arena_array(fixture->arena, strlen(text) + 1, sizeof *labels);
    uint32_t n = 0;

    while (*text) {
        size_t length = strcspn(text, " "), key = strcspn(text, "=");
        struct pg_label label = {pg_strs_put(fixture->strs, text, key),
                                 pg_strs_put(fixture->strs, text + key + 1, length - key - 1)};
        uint32_t at = n++;
        for (; at > 0 && labels[at - 1].key > label.key; at--)
            labels[at] = labels[at - 1];
        labels[at] = label;
        text += length + (text[length] == ' ');
    }
    return (struct pg_labels){labels, n};
}

static struct pg_calico_selector read_good(const struct fixture *fixture, const char *text)
{
    struct pg_calico_reader reader = reader_of(fixture);
    struct pg_calico_selector selector;
    struct pg_calico_fault fault = {0};

    if (!pg_calico_selector_read(&reader, text, &selector, &fault))
        fail_msg("%s: column %u: %s", text, fault.column, fault.message);
    assert_non_null(selector.expr);
    assert_string_equal(selector.text, text);
    return selector;
}

static bool selects(const struct fixture *fixture, const char *text, const char *labels)
{
    struct pg_calico_selector read = read_good(fixture, text);
    struct pg_labels all = labels_of(fixture, labels);
    struct pg_selector selector = {.present = true, .expr = read.expr, .text = read.text};

    pg_calico_selector_settle(&read, fixture->arena, fixture->strs, all.v, all.n);
    return pg_selector_matches(&selector, all);
}

static void meaning(void **state)
{
    static const struct {
        const char *text, *labels;
        bool selects;
    } cases[] = {
        {"", "", true},
        {"  \t", "a=1", true},
        {"all()", "", true},
        {"all( )", "a=1", true},
        {"!all()", "a=1", false},
        {"a == 'b'", "a=b", true},
        {"a==\"b\"", "a=b", true},
        {"a == 'b'", "a=c", false},
        {"a == 'b'", "", false},
        {"a == ''", "a=", true},
        {"a == ''", "", false},
        {"a != 'b'", "a=c", true},
        {"a != 'b'", "a=b", false},
        {"a != 'b'", "", true}, /* also where the label is missing */
        {"a in {'b', 'c'}", "a=c", true},
        {"a in {'b','c',}", "a=b", true},
        {"a in {'b'}", "a=d", false},
        {"a in {'b'}", "", false},
        {"a in {}", "a=b", false},
        {"a in { }", "", false},
        {"a not in {'b'}", "a=c", true},
        {"a not in {'b'}", "a=b", false},
        {"a not in {'b'}", "", true},
        {"a notin{\"b\"}", "a=b", false},
        {"a not in {}", "a=b", true},
        {"a not in {}", "", true},
        {"has(a)", "a=", true},
        {"has( a )", "b=1", false},
        {"!has(a)", "b=1", true},
        {"!!has(a)", "a=1", true},
        {"! ! ! has(a)", "a=1", false},
        {"a contains 'rod'", "a=prod-eu", true},
        {"a contains'x'", "a=prod-eu", false},
        {"a contains ''", "a=b", true},
        {"a contains ''", "", false},
        {"a contains 'prod-eu-1'", "a=prod-eu", false},
        {"!(a contains 'x')", "", true},
        {"a starts with 'prod'", "a=prod-eu", true},
        {"a startswith 'eu'", "a=prod-eu", false},
        {"a starts  \t with 'prod'", "a=prod", true},
        {"a ends with 'eu'", "a=prod-eu", true},
        {"a endswith \"prod\"", "a=prod-eu", false},
        {"a starts with 'prod-eu-1'", "a=prod", false},
        /* ! binds before &&, && before || */
        {"a == '1' || b == '1' && c == '1'", "a=1", true},
        {"a == '1' || b == '1' && c == '1'", "b=1", false},
        {"(a == '1' || b == '1') && c == '1'", "a=1", false},
        {"(a == '1' || b == '1') && c == '1'", "b=1 c=1", true},
        {"!has(a) && has(b)", "b=1", true},
        {"!has(a) && has(b)", "", false},
        {"!(has(a) && has(b))", "b=1", true},
        {"!has(a) || has(b)", "a=1 b=1", true},
        {"((((has(a)))))", "a=1", true},
        {"has(a)&&has(b)||has(c)&&!has(d)", "c=1", true},
        {"has(a)&&has(b)||has(c)&&!has(d)", "c=1 d=1", false},
        /* words are only words where they can be */
        {"in in {'in'}", "in=in", true},
        {"not not in {'x'}", "not=y", true},
        {"contains contains 'a'", "contains=a", true},
        {"has == 'x'", "has=x", true},
        {"all == 'x' && global == 'y'", "all=x global=y", true},
        {"hash == 'x'", "hash=x", true},
        {"starts starts with 's'", "starts=s", true},
        {"ends ends with 's'", "ends=s", true},
        /* what a label and a string may be made of */
        {"projectcalico.org/A_b-9 == 'x y\\z \"q\"'", "", false},
        {"9./_-A == 'x'", "9./_-A=x", true},
        {"a == \"it's\"", "a=it's", true},
        {"a == 'no \\ escape'", "", false},
        {"a == 'b\\'", "a=b\\", true},
        {"a == '\303\274'", "a=\303\274", true},
    };

    for (size_t i = 0; i < PG_COUNT(cases); i++)
        if (selects(*state, cases[i].text, cases[i].labels) != cases[i].selects)
            fail_msg("%s %s {%s}", cases[i].text, cases[i].selects ? "misses" : "selects",
                     cases[i].labels);
}

static void faults(void **state)
{
    static const struct {
        const char *text;
        uint32_t column;
        const char *message;
    } cases[] = {
        {"a", 2, "expected a comparison: ==, !=, in, not in, contains, starts with or ends with"},
        {"a ==", 5, "expected a string in quotes"},
        {"a == b", 6, "expected a string in quotes"},
        {"a = 'b'", 3, "expected =="},
        {"a == 'b' & has(c)", 10, "expected &&"},
        {"a == 'b' | has(c)", 10, "expected ||"},
        {"a == 'b", 6, "this string has no end; a ' is missing"},
        {"a == \"b'", 6, "this string has no end; a \" is missing"},
        {"a squiggles 'b'", 3,
         "expected a comparison: ==, !=, in, not in, contains, starts with or ends with"},
        {"a (", 3, "expected a comparison: ==, !=, in, not in, contains, starts with or ends with"},
        {"a starts 'b'", 10, "expected with after starts"},
        {"a ends 'b'", 8, "expected with after ends"},
        {"a not 'b'", 7, "expected in after not"},
        {"a starts with b", 15, "expected a string in quotes"},
        {"a in 'b'", 6, "expected a set: {'a', 'b'}"},
        {"a in {'b'", 10, "expected } to close the set, or a string in quotes"},
        {"a in {'b' 'c'}", 11, "expected } to close the set, or a string in quotes"},
        {"a in {,}", 7, "expected } to close the set, or a string in quotes"},
        {"a not in {b}", 11, "expected } to close the set, or a string in quotes"},
        {"has()", 5, "expected a label in has("},
        {"has(a", 6, "expected ) to close has("},
        {"has(a b)", 7, "expected ) to close has("},
        {"has (a)", 5,
         "expected a comparison: ==, !=, in, not in, contains, starts with or ends with"},
        {"all(a)", 5, "expected ) to close all("},
        {"global()", 1, "global() can only stand in the namespaceSelector of a rule"},
        {"a == 'b' &&", 12, "the selector ends too early"},
        {"a == 'b' || && has(c)", 13, "expected a label, has(), all(), ! or ("},
        {"!", 2, "the selector ends too early"},
        {"()", 2, "expected a label, has(), all(), ! or ("},
        {"(has(a)", 8, "expected &&, || or ) to close the parenthesis"},
        {"has(a))", 7, "expected &&, || or the end"},
        {"has(a) has(b)", 8, "expected &&, || or the end"},
        {"a == 'b' 'c'", 10, "expected &&, || or the end"},
        {"a == 'b'\n", 9, "a character that no label, string or operator begins with"},
        {"a == 'b' # c", 10, "a character that no label, string or operator begins with"},
        {"\303\274 == 'b'", 1, "a character that no label, string or operator begins with"},
        {"a == '\303\274' + b", 10, "a character that no label, string or operator begins with"},
    };
    struct fixture *fixture = *state;
    struct pg_calico_reader reader = reader_of(fixture);
    struct pg_calico_selector selector;

    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_calico_fault fault = {0};
        if (pg_calico_selector_read(&reader, cases[i].text, &selector, &fault))
            fail_msg("%s: should be refused", cases[i].text);
        if (fault.column != cases[i].column || strcmp(fault.message, cases[i].message) != 0)
            fail_msg("%s: column %u: %s", cases[i].text, fault.column, fault.message);
    }
}

static void global(void **state)
{
    static const struct {
        const char *text;
        uint32_t column; /* 0: good */
        bool global;
    } cases[] = {
        {"global()", 0, true},
        {"  global(\t) ", 0, true},
        {"all()", 0, false},
        {"", 0, false},
        {"global() || has(a)", 10, false},
        {"global() 'x", 10, false},
        {"has(a) || global()", 11, false},
        {"!global()", 2, false},
        {"(global())", 2, false},
        {"global(a)", 8, false},
    };
    struct fixture *fixture = *state;
    struct pg_calico_reader reader = reader_of(fixture);

    reader.allow_global = true;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_calico_selector selector;
        struct pg_calico_fault fault = {0};
        bool good = pg_calico_selector_read(&reader, cases[i].text, &selector, &fault);
        if (good != (cases[i].column == 0) || fault.column != cases[i].column)
            fail_msg("%s: column %u: %s", cases[i].text, fault.column, fault.message);
        if (good)
            assert_int_equal(selector.global, cases[i].global);
    }
}

static void names_of_namespaces(void **state)
{
    struct fixture *fixture = *state;
    struct pg_calico_reader reader = reader_of(fixture);
    struct pg_calico_selector selector;
    struct pg_calico_fault fault;

    reader.name_key = pg_strs_puts(fixture->strs, "kubernetes.io/metadata.name");
    assert_true(
        pg_calico_selector_read(&reader, "projectcalico.org/name == 'shop'", &selector, &fault));
    assert_int_equal(selector.expr->req.key, reader.name_key);
    assert_true(pg_calico_selector_read(&reader, "has(projectcalico.org/name)", &selector, &fault));
    assert_int_equal(selector.expr->req.key, reader.name_key);
    assert_true(
        pg_calico_selector_read(&reader, "projectcalico.org/names == 'shop'", &selector, &fault));
    assert_int_not_equal(selector.expr->req.key, reader.name_key);
}

static void places_and_questions(void **state)
{
    struct fixture *fixture = *state;
    struct pg_calico_selector selector = read_good(fixture, "has(a) && !(b == 'c' || d in {'e'})");
    struct pg_calico_selector term = read_good(fixture, "a == 'b'");

    assert_int_equal(term.expr->req.loc.line, 7);
    assert_true(pg_calico_expr_asks(selector.expr, pg_strs_puts(fixture->strs, "d")));
    assert_true(pg_calico_expr_asks(selector.expr, pg_strs_puts(fixture->strs, "a")));
    assert_false(pg_calico_expr_asks(selector.expr, pg_strs_puts(fixture->strs, "e")));
    assert_false(pg_calico_expr_asks(NULL, pg_strs_puts(fixture->strs, "e")));
}

/* A chain of a hundred thousand is a tree of depth 17; parentheses have a cap. */
static void hostile_sizes(void **state)
{
    struct fixture *fixture = *state;
    struct pg_calico_reader reader = reader_of(fixture);
    struct pg_calico_selector selector;
    struct pg_calico_fault fault;
    struct pg_buf text = {0};
    unsigned depth = 0;

    for (int i = 0; i < 100000; i++)
        pg_buf_printf(&text, "%shas(a%d)", i ? "||" : "", i);
    assert_true(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    for (const struct pg_expr *expr = selector.expr; expr->right; expr = expr->right)
        depth++;
    assert_in_range(depth, 16, 18);

    pg_buf_clear(&text);
    pg_buf_fill(&text, '(', PG_CALICO_MAX_DEPTH);
    pg_buf_puts(&text, "has(a)");
    pg_buf_fill(&text, ')', PG_CALICO_MAX_DEPTH);
    assert_true(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    pg_buf_clear(&text);
    pg_buf_fill(&text, '(', 200000);
    assert_false(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    assert_int_equal(fault.column, PG_CALICO_MAX_DEPTH + 1);
    /* one after the other, they are not in each other */
    pg_buf_clear(&text);
    for (int i = 0; i < 300; i++)
        pg_buf_printf(&text, "%s(has(a))", i ? "&&" : "");
    assert_true(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));

    pg_buf_clear(&text);
    pg_buf_fill(&text, '!', 200000);
    pg_buf_puts(&text, "has(a)");
    assert_true(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    assert_int_equal(selector.expr->kind, PG_EXPR_REQ);

    pg_buf_clear(&text);
    pg_buf_fill(&text, 'x', PG_CALICO_MAX_LABEL);
    pg_buf_puts(&text, "=='a'");
    assert_true(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    pg_buf_clear(&text);
    pg_buf_fill(&text, 'x', PG_CALICO_MAX_LABEL + 1);
    pg_buf_puts(&text, "=='a'");
    assert_false(pg_calico_selector_read(&reader, pg_buf_text(&text), &selector, &fault));
    assert_int_equal(fault.column, 1);
    pg_buf_free(&text);
}

static void joins(void **state)
{
    struct fixture *fixture = *state;
    const struct pg_expr *a = read_good(fixture, "has(a)").expr;
    const struct pg_expr *b = read_good(fixture, "has(b)").expr;
    const struct pg_expr *list[] = {a, b};
    struct pg_selector selector = {.present = true};

    assert_ptr_equal(pg_calico_expr_and(fixture->arena, NULL, a), a);
    assert_ptr_equal(pg_calico_expr_and(fixture->arena, a, NULL), a);
    assert_null(pg_calico_expr_and(fixture->arena, NULL, NULL));
    selector.expr = pg_calico_expr_and(fixture->arena, a, b);
    assert_true(pg_selector_matches(&selector, labels_of(fixture, "a=1 b=1")));
    assert_false(pg_selector_matches(&selector, labels_of(fixture, "a=1")));
    selector.expr = pg_calico_expr_join(fixture->arena, PG_EXPR_OR, list, 2);
    assert_true(pg_selector_matches(&selector, labels_of(fixture, "a=1")));
    selector.expr = pg_calico_expr_join(fixture->arena, PG_EXPR_OR, NULL, 0);
    assert_false(pg_selector_matches(&selector, labels_of(fixture, "a=1")));
    selector.expr = pg_calico_expr_join(fixture->arena, PG_EXPR_AND, NULL, 0);
    assert_true(pg_selector_matches(&selector, labels_of(fixture, "")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(meaning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(global, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_namespaces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places_and_questions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
