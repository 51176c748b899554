/* Reading arguments: options, destinations, ports. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../src/cli/args.h"
#include "../../src/cli/endpoint.h"
#include "../../src/cli/format.h"
#include "../../src/cli/texts.h"
#include "../../src/live/resources.h"

/* Reads a line of words; the first is the program. */
static bool parse(struct pg_arena *arena, const char *line, struct pg_cli_args *args,
                  struct pg_err *err)
{
    char *argv[16], *copy = pg_arena_strdup(arena, line);
    int argc = 0;
    while (*copy && argc < 15) {
        argv[argc++] = copy;
        copy += strcspn(copy, " ");
        if (*copy)
            *copy++ = '\0';
    }
    argv[argc] = NULL;
    return pg_cli_args_parse(arena, argc, argv, args, err);
}

static void options_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "polgrid why -f a.yaml --filename=b -o json --assume self=policy a/b c/d:80",
        "polgrid -fa.yaml why a/b c/d:80 --filename b --output=json --assume=self=policy",
        "polgrid why a/b -f=a.yaml -ojson --filename b --assume self=policy -- c/d:80",
    };
    for (size_t i = 0; i < PG_COUNT(lines); i++) {
        struct pg_arena *arena = pg_arena_new();
        struct pg_cli_args args;
        struct pg_err err;
        assert_true(parse(arena, lines[i], &args, &err));
        assert_string_equal(args.command->name, "why");
        assert_int_equal(args.files.n, 2);
        assert_string_equal(args.files.v[0], "a.yaml");
        assert_string_equal(args.files.v[1], "b");
        assert_string_equal(args.values[PG_OPT_OUTPUT], "json");
        assert_int_equal(args.assumes.n, 1);
        assert_string_equal(args.assumes.v[0], "self=policy");
        assert_int_equal(args.operands.n, 2);
        assert_string_equal(args.operands.v[1], "c/d:80");
        assert_string_equal(args.program, "polgrid");
        pg_arena_free(arena);
    }
}

static void no_command(void **state)
{
    (void)state;
    struct pg_arena *arena = pg_arena_new();
    struct pg_cli_args args;
    struct pg_err err;
    assert_true(parse(arena, "/usr/bin/kubectl-polgrid -f - --no-mouse --by pod", &args, &err));
    assert_null(args.command);
    assert_string_equal(args.program, "kubectl polgrid");
    assert_string_equal(args.files.v[0], "-");
    assert_string_equal(args.values[PG_OPT_BY], "pod");
    assert_true(args.given[PG_OPT_NO_MOUSE]);
    pg_arena_free(arena);
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"polgrid wyh a b", "unknown command wyh; did you mean why?"},
        {"polgrid xylophone", "unknown command xylophone"},
        {"polgrid why a b --asume x", "unknown option --asume; did you mean --assume?"},
        {"polgrid --zzzzzzzz", "unknown option --zzzzzzzz"},
        {"polgrid -x", "unknown option -x"},
        {"polgrid -Rf a", "-Rf: write each option by itself"},
        {"polgrid matrix -o", "-o needs a value"},
        {"polgrid matrix --port", "--port needs a value"},
        {"polgrid matrix --demo=yes", "--demo takes no value"},
        {"polgrid why a b --by pod", "why takes no --by"},
        {"polgrid why a", "why needs FROM TO[:[PORT][/PROTO]]"},
        {"polgrid why a b c", "why: one argument too many: c"},
        {"polgrid matrix x", "matrix: one argument too many: x"},
        {"polgrid matrix --color red", "--color red: auto, always or never"},
        {"polgrid --kubeconfig", "--kubeconfig needs a value"},
        {"polgrid --contxt=prod", "unknown option --contxt; did you mean --context?"},
        {"polgrid help --context=prod", "help takes no --context"},
    };
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_arena *arena = pg_arena_new();
        struct pg_cli_args args;
        struct pg_err err = {""};
        assert_false(parse(arena, cases[i].line, &args, &err));
        assert_string_equal(err.text, cases[i].message);
        pg_arena_free(arena);
    }
}

static void nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"explore", "matrix", "why", "policies", NULL};
    static const struct {
        const char *word, *name;
    } cases[] = {{"matrxi", "matrix"},
                 {"policy", "policies"},
                 {"wy", "why"},
                 {"explor", "explore"},
                 {"reach", NULL},
                 {"q", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        const char *got = pg_cli_nearest(cases[i].word, names);
        if (cases[i].name)
            assert_string_equal(got, cases[i].name);
        else
            assert_null(got);
    }
}

static void destinations(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *port;
    } cases[] = {
        {"a/b", "a/b", ""},
        {"a/b:80", "a/b", "80"},
        {"a/b:/ICMP", "a/b", "/ICMP"},
        {"a/b:http/TCP", "a/b", "http/TCP"},
        {"a/web[Deployment]:80/UDP", "a/web[Deployment]", "80/UDP"},
        {"10.0.0.0/8:443", "10.0.0.0/8", "443"},
        {"2001:db8::1", "2001:db8::1", ""},
        {"[2001:db8::1]", "2001:db8::1", ""},
        {"[2001:db8::1]:443", "2001:db8::1", "443"},
        {"[2001:db8::/32]:/UDP", "2001:db8::/32", "/UDP"},
        {"a/b:", "a/b", ""},
        {"[2001:db8::1", NULL, NULL},
        {"[2001:db8::1]443", NULL, NULL},
    };
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_arena *arena = pg_arena_new();
        const char *name, *port;
        struct pg_err err;
        bool good = pg_cli_endpoint_split(arena, cases[i].text, &name, &port, &err);
        assert_int_equal(good, cases[i].name != NULL);
        if (good) {
            assert_string_equal(name, cases[i].name);
            assert_string_equal(port, cases[i].port);
        }
        pg_arena_free(arena);
    }
}

static void ports(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        const char *printed; /* of the set; NULL: a name */
    } cases[] = {
        {"", true, "every port"},
        {"80", true, "80/TCP"},
        {"80/tcp", true, "80/TCP"},
        {"53/UDP", true, "53/UDP"},
        {"65535/sctp", true, "65535/SCTP"},
        {"/UDP", true, "every UDP port"},
        {"http", true, NULL},
        {"http/UDP", true, NULL},
        {"0", false, NULL},
        {"65536", false, NULL},
        {"99999999999999999999", false, NULL},
        {"80/", false, NULL},
        {"80/HTTP", false, NULL},
        {"80/ICMP", false, NULL},
    };
    struct pg_portsets *sets = pg_portsets_new();
    struct pg_buf out = {0};
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_arena *arena = pg_arena_new();
        struct pg_cli_port port;
        struct pg_err err;
        assert_int_equal(pg_cli_port_parse(arena, cases[i].text, &port, &err), cases[i].good);
        if (cases[i].good && cases[i].printed)
            assert_prints(out, pg_portset_print(&out, sets, pg_cli_port_set(sets, &port)),
                          cases[i].printed);
        else if (cases[i].good)
            assert_string_equal(port.name, "http");
        pg_arena_free(arena);
    }
    struct pg_arena *arena = pg_arena_new();
    struct pg_cli_port icmp, icmp6;
    struct pg_err err;
    assert_true(pg_cli_port_parse(arena, "/ICMP", &icmp, &err));
    assert_true(pg_cli_port_parse(arena, "/icmpv6", &icmp6, &err));
    assert_true(pg_portset_has(sets, pg_cli_port_set(sets, &icmp), PG_PORT_KEY(PG_OTHER, 1)));
    assert_true(pg_portset_has(sets, pg_cli_port_set(sets, &icmp6), PG_PORT_KEY(PG_OTHER, 58)));
    pg_arena_free(arena);
    pg_buf_free(&out);
    pg_portsets_free(sets);
}

static bool is_part_of_word(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Whether rules (a text) give the right to a resource: its name is in the list that follows its group. */
static bool gives(const char *rules, const char *group, const char *resource)
{
    size_t n = strlen(resource);
    for (const char *p = rules; (p = strstr(p, "apiGroups: [")) != NULL; p++) {
        const char *end = strstr(p, "verbs:"), *list = strstr(p, "resources: ");
        const char *own = strstr(p, *group ? group : "\"\"");
        if (!own || own > list)
            continue;
        for (const char *q = list; (q = strstr(q, resource)) != NULL && q < end; q++)
            if (!is_part_of_word(q[-1]) && !is_part_of_word(q[n]))
                return true;
    }
    return false;
}

/* What `help rbac' gives is what is asked for: to a whole cluster all of it, to a namespace what is in one. */
static void rights(void **state)
{
    char *whole = strdup(pg_cli_rbac_text);
    char *one = strstr(whole, "kind: Role\n");
    (void)state;
    assert_non_null(one);
    one[-1] = '\0';
    for (uint32_t i = 0; i < live_nresources; i++) {
        const struct live_resource *resource = &live_resources[i];
        bool in_one = resource->namespaced || strcmp(resource->plural, "namespaces") == 0;
        if (!gives(whole, resource->group, resource->plural))
            fail_msg("no right to %s of %s", resource->plural, resource->group);
        if (gives(one, resource->group, resource->plural) != in_one)
            fail_msg("of a namespace: %s of %s", resource->plural, resource->group);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_anywhere), cmocka_unit_test(no_command),
        cmocka_unit_test(mistakes),         cmocka_unit_test(nearest),
        cmocka_unit_test(destinations),     cmocka_unit_test(ports),
        cmocka_unit_test(rights),
    };
    return cmocka_run_group_tests_name("cli_args", tests, NULL, NULL);
}
