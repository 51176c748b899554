/* tui.h: names of keys, the table of bindings, and an app that no key breaks at any size. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "polgrid/tui.h"

static void keys_are_read(void **state)
{
    static const struct {
        const char *text;
        uint32_t key;
        size_t used;
    } cases[] = {
        {"j", 'j', 1},
        {"jk", 'j', 1},
        {"<Enter>", PG_KEY_ENTER, 7},
        {"<enter>x", PG_KEY_ENTER, 7},
        {"<C-u>", 0x15, 5},
        {"<PgDn>", PG_KEY_PAGE_DOWN, 6},
        {"<Space>", ' ', 7},
        {"<lt>", '<', 4},
        {"<", '<', 1},
        {"<nonsense>", PG_KEY_NONE, 10},
        {"\xc3\xa9", 0xe9, 2},
        {"\xff", PG_KEY_NONE, 1},
    };
    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        const char *text = cases[i].text;
        assert_int_equal(pg_key_parse(&text), cases[i].key);
        assert_int_equal(text - cases[i].text, cases[i].used);
    }
}

static void keys_have_names(void **state)
{
    struct pg_buf out = {0};
    (void)state;
    assert_prints(out, pg_key_print(&out, 'j'), "j");
    assert_prints(out, pg_key_print(&out, ' '), "Space");
    assert_prints(out, pg_key_print(&out, 3), "Ctrl-C");
    assert_prints(out, pg_key_print(&out, PG_KEY_PAGE_UP), "PgUp");
    assert_prints(out, pg_key_print(&out, 0xe9), "U+00E9");
    pg_buf_free(&out);
}

/* Splits a line of the table into its four fields, in place. */
static void fields(char *line, char *field[4])
{
    for (int i = 0; i < 4; i++) {
        field[i] = line;
        line = strchr(line, i < 3 ? '\t' : '\0');
        assert_non_null(line);
        *line++ = '\0';
        assert_true(*field[i]);
    }
}

/* Whether `list`, separated by ", " or ",", has the word. */
static bool has(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p++) {
        bool begins = p == list || p[-1] == ' ' || p[-1] == ',';
        if (begins && (p[n] == '\0' || p[n] == ','))
            return true;
    }
    return false;
}

/* In no view does one key mean two things. */
static void no_key_is_bound_twice(void **state)
{
    static const char *const views[] = {"grid", "why", "source", "help", "diagnostics"};
    struct pg_buf out = {0};
    char *rows[100][4];
    size_t n = 0;
    (void)state;
    pg_tui_print_keys(&out);
    for (char *line = out.p, *end; *line && n < PG_COUNT(rows); line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        fields(line, rows[n++]);
    }
    assert_in_range(n, 40, PG_COUNT(rows) - 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            for (size_t v = 0; v < PG_COUNT(views); v++) {
                bool both = (has(rows[i][2], views[v]) || has(rows[i][2], "all")) &&
                            (has(rows[k][2], views[v]) || has(rows[k][2], "all"));
                char first[16];
                snprintf(first, sizeof first, "%.*s", (int)strcspn(rows[i][0], ","), rows[i][0]);
                if (both && has(rows[k][0], first))
                    fail_msg("%s is bound twice in %s", first, views[v]);
            }
        }
    }
    pg_buf_free(&out);
}

/* --- an app ---------------------------------------------------------------------------------------- */

static const char manifest[] =
    "kind: Pod\napiVersion: v1\nmetadata: {name: a, namespace: one, labels: {app: a}}\n"
    "spec: {containers: [{name: m, image: x}]}\n---\n"
    "kind: Pod\napiVersion: v1\nmetadata: {name: b, namespace: one, labels: {app: b}}\n"
    "spec: {containers: [{name: m, image: x}]}\n---\n"
    "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: c, namespace: two}\n"
    "spec: {replicas: 3, selector: {matchLabels: {app: c}}, template: {metadata: {labels: {app: "
    "c}},"
    " spec: {containers: [{name: m, image: x}]}}}\n---\n"
    "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: p, namespace: one}\n"
    "spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: "
    "10.0.0.0/8}}]}]}\n---\n"
    "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: q, namespace: two}\n"
    "spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: c}}}], ports: "
    "[{port: 80}]}]}\n";

static struct pg_cluster *load(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err)
{
    const struct pg_load_options options = {.progress = progress, .context = progress_context};
    struct pg_loader *loader = pg_loader_new(&options);
    (void)err;
    pg_loader_text(loader, "manifest.yaml", context, strlen(context));
    return pg_loader_finish(loader);
}

struct fixture {
    struct pg_tui_options options;
    struct pg_tui *app;
    struct pg_frame *frame;
};

static void put_world(struct fixture *fixture)
{
    struct pg_err err;
    struct pg_tui_world *world =
        pg_tui_load(&fixture->options, pg_tui_assume(fixture->app), NULL, NULL, &err);
    assert_non_null(world);
    pg_tui_loaded(fixture->app, world);
}

static int start(void **state)
{
    static char text[sizeof manifest];
    struct fixture *fixture = test_calloc(1, sizeof *fixture);
    memcpy(text, manifest, sizeof manifest);
    fixture->options = (struct pg_tui_options){.load = load,
                                               .context = text,
                                               .assume = pg_assume_default(),
                                               .title = "test",
                                               .color = true,
                                               .mouse = true};
    fixture->app = pg_tui_new(&fixture->options);
    fixture->frame = pg_frame_new();
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    pg_tui_free(fixture->app);
    pg_frame_free(fixture->frame);
    test_free(fixture);
    return 0;
}

static int times_on_screen(struct fixture *fixture, const char *text)
{
    struct pg_buf out = {0};
    int n = 0;
    pg_tui_draw(fixture->app, fixture->frame, 0);
    pg_frame_dump(fixture->frame, &out);
    for (const char *p = pg_buf_text(&out); (p = strstr(p, text)) != NULL; p++)
        n++;
    pg_buf_free(&out);
    return n;
}

static bool on_screen(struct fixture *fixture, const char *text)
{
    return times_on_screen(fixture, text) > 0;
}

static enum pg_tui_do press(struct fixture *fixture, const char *keys)
{
    struct pg_tui_action action = {.what = PG_TUI_NOTHING};
    while (*keys)
        action = pg_tui_key(fixture->app, pg_key_parse(&keys));
    while (pg_tui_busy(fixture->app))
        pg_tui_work(fixture->app, 0);
    return action.what;
}

static void it_draws_before_anything_is_loaded(void **state)
{
    struct fixture *fixture = *state;
    pg_tui_resize(fixture->app, 80, 24);
    assert_false(pg_tui_ready(fixture->app));
    assert_true(on_screen(fixture, "Loading test"));
    const struct pg_load_progress progress = {.bytes = 10, .total_bytes = 40, .file = "x.yaml"};
    pg_tui_progress(fixture->app, &progress);
    assert_true(on_screen(fixture, "10 of 40 bytes"));
    assert_int_equal(press(fixture, "jvw/"), PG_TUI_NOTHING);
    assert_int_equal(press(fixture, "<C-c>"), PG_TUI_STOP);
    put_world(fixture);
    assert_true(on_screen(fixture, "lens:reach"));
}

/* The manifest, and it without its policy. */
struct two {
    char open[sizeof manifest];
    struct pg_cluster *clusters[2];
    struct pg_eval *evals[2];
};

static const struct pg_journal_change policy_removed = {
    "removed", "NetworkPolicy", "one", "p", NULL, true, false};

static void open_policy(struct fixture *fixture, struct two *two)
{
    const char *const texts[] = {manifest, two->open};

    memcpy(two->open, manifest, sizeof two->open);
    *strstr(two->open, "kind: NetworkPolicy") = '\0';
    for (int i = 0; i < 2; i++) {
        struct pg_loader *loader = pg_loader_new(NULL);
        pg_loader_text(loader, "t", texts[i], strlen(texts[i]));
        two->clusters[i] = pg_loader_finish(loader);
        two->evals[i] = pg_eval_new(two->clusters[i], pg_tui_assume(fixture->app));
    }
}

static void free_two(struct two *two)
{
    for (int i = 0; i < 2; i++) {
        pg_eval_free(two->evals[i]);
        pg_cluster_free(two->clusters[i]);
    }
}

/* While something is typed the world of before is shown, and its cells have not turned yet. */
static void a_change_is_told_of_what_is_shown(void **state)
{
    struct fixture *fixture = *state;
    struct two two;
    struct pg_tui_world *world;
    struct pg_err err;

    open_policy(fixture, &two);
    pg_tui_resize(fixture->app, 120, 40);
    put_world(fixture);
    press(fixture, "<Enter>l:");
    fixture->options.context = two.open;
    world = pg_tui_load(&fixture->options, pg_tui_assume(fixture->app), NULL, NULL, &err);
    pg_tui_changed(fixture->app, world,
                   pg_journal_compare(two.evals[0], two.evals[1], &policy_removed, 1, 0, 1000));
    assert_false(on_screen(fixture, "was denied until"));
    press(fixture, "<Esc>");
    assert_int_equal(times_on_screen(fixture, "was denied until"), 1);
    pg_tui_resize(fixture->app, 80, 40); /* in the drawer, too */
    assert_int_equal(times_on_screen(fixture, "was denied until"), 1);
    free_two(&two);
}

/* An entry that is forgotten while the page of changes is read, and another one where it was in memory. */
static void a_forgotten_change_is_not_opened(void **state)
{
    struct fixture *fixture = *state;
    struct two two;
    struct pg_err err;

    open_policy(fixture, &two);
    pg_tui_resize(fixture->app, 120, 40);
    put_world(fixture);
    struct pg_journal_entry *forgotten = NULL;
    bool again = false;
    for (int64_t hour = 1; hour < 300 && !again; hour++) {
        struct pg_journal_entry *entry =
            pg_journal_compare(two.evals[0], two.evals[1], &policy_removed, 1, 0, hour * 4000);
        struct pg_tui_world *world =
            pg_tui_load(&fixture->options, pg_tui_assume(fixture->app), NULL, NULL, &err);
        forgotten = hour == 1 ? entry : forgotten;
        again = entry == forgotten && hour > 1;
        pg_tui_changed(fixture->app, world, entry);
        if (hour == 1) {
            press(fixture, "c");
            assert_true(on_screen(fixture, "NetworkPolicy one/p removed"));
            press(fixture, "<Enter>");
            assert_true(on_screen(fixture, "every port, was denied"));
            press(fixture, "jj");
        }
    }
    press(fixture, "<Enter>");
    assert_true(on_screen(fixture, "nothing to open on this line"));
    free_two(&two);
}

static void only_quitting_quits(void **state)
{
    struct fixture *fixture = *state;
    put_world(fixture);
    assert_int_equal(press(fixture, "<Esc><Esc><Esc><Backspace>"), PG_TUI_NOTHING);
    assert_int_equal(press(fixture, "<Enter><Enter><Enter><Esc><Esc><Esc><Esc>"), PG_TUI_NOTHING);
    assert_int_equal(press(fixture, "q"), PG_TUI_QUIT);
    assert_int_equal(press(fixture, "<C-c>"), PG_TUI_NOTHING);
    assert_int_equal(press(fixture, "<C-c>"), PG_TUI_QUIT);
    assert_int_equal(press(fixture, "Q"), PG_TUI_QUIT);
    assert_int_equal(press(fixture, ":quit<Enter>"), PG_TUI_QUIT);
    /* typed into a prompt, it is text */
    assert_int_equal(press(fixture, "/qQ"), PG_TUI_NOTHING);
}

static void a_failed_reload_keeps_what_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct pg_err err = {{0}};
    put_world(fixture);
    pg_tui_resize(fixture->app, 80, 24);
    assert_int_equal(press(fixture, "R"), PG_TUI_RELOAD);
    pg_err_set(&err, "the disk is on fire");
    pg_tui_failed(fixture->app, &err);
    assert_true(on_screen(fixture, "the disk is on fire"));
    assert_true(on_screen(fixture, "lens:reach"));
}

static void follow(void *context, int timeout_ms, struct pg_tui_feed *feed)
{
    (void)context;
    (void)timeout_ms;
    (void)feed;
}

static bool login(void *context, struct pg_err *err)
{
    (void)context;
    return pg_err_set(err, "no");
}

/* L pages in the grid, but where the credentials fail; elsewhere it logs in where a plugin can. */
static void logging_in(void **state)
{
    struct fixture *fixture = *state;
    struct pg_tui_feed feed = {.proven_ms = INT64_MAX / 2, .whole = true};

    put_world(fixture);
    pg_tui_resize(fixture->app, 120, 40);
    assert_int_equal(press(fixture, ":login<Enter>"), PG_TUI_NOTHING);
    assert_true(on_screen(fixture, "nothing to log in to"));
    pg_tui_free(fixture->app);
    fixture->options.follow = follow;
    fixture->options.login = login;
    fixture->app = pg_tui_new(&fixture->options);
    put_world(fixture);
    pg_tui_resize(fixture->app, 120, 40);
    pg_tui_fed(fixture->app, &feed);
    assert_int_equal(press(fixture, "L"), PG_TUI_NOTHING);
    assert_int_equal(press(fixture, "?L"), PG_TUI_NOTHING);
    assert_true(on_screen(fixture, "no plugin gives the credentials"));
    feed.plugin = true;
    pg_tui_fed(fixture->app, &feed);
    assert_int_equal(press(fixture, "L"), PG_TUI_LOGIN);
    assert_int_equal(press(fixture, "<Esc>L"), PG_TUI_NOTHING);
    feed.login = feed.terminal = true;
    feed.said = "one line\nand another\n";
    snprintf(feed.trouble, sizeof feed.trouble, "the plugin p failed\nget it anew");
    pg_tui_fed(fixture->app, &feed);
    assert_true(on_screen(fixture, ", L logs in: the plugin p failed get it anew"));
    assert_int_equal(press(fixture, "L"), PG_TUI_LOGIN);
    for (int i = 0; i < 2; i++) {
        press(fixture, i ? "!" : "c");
        assert_true(on_screen(fixture, "  the plugin p failed"));
        assert_true(on_screen(fixture, "  get it anew"));
        assert_true(on_screen(fixture, "  one line"));
        assert_true(on_screen(fixture, "  and another"));
        press(fixture, "<Esc>");
    }
    assert_int_equal(press(fixture, "R"), PG_TUI_RELOAD);
    assert_int_equal(press(fixture, "L"), PG_TUI_NOTHING);
    assert_true(on_screen(fixture, "still loading"));
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void random_key(struct fixture *fixture, uint32_t *seed)
{
    static const char plain[] = "hjklHLg0$G[]{}mva'wse|vnN/:?xo+-aAyYR! \x03\x15\x0c";
    uint32_t kind = next_random(seed) % 8, key;
    if (kind < 5)
        key = (unsigned char)plain[next_random(seed) % (sizeof plain - 1)];
    else if (kind < 7)
        key = PG_KEY_UP + next_random(seed) % (PG_KEY_NONE - PG_KEY_UP + 1);
    else
        key = next_random(seed) % 0x3000;
    struct pg_tui_action action = pg_tui_key(fixture->app, key);
    if (action.what == PG_TUI_RELOAD)
        put_world(fixture);
    else if (action.what == PG_TUI_COPY || action.what == PG_TUI_PAGE)
        assert_true(*action.text);
    else if (action.what == PG_TUI_EDIT)
        fail_msg("there is no file to edit");
}

/* A monkey at the keys, with a terminal that changes its size all the time. */
static void no_key_breaks_it(void **state)
{
    struct fixture *fixture = *state;
    uint32_t seed = 42;
    for (int i = 0; i < 6000; i++) {
        if (i == 20)
            put_world(fixture);
        if (next_random(&seed) % 10 == 0)
            pg_tui_resize(fixture->app, (int)(next_random(&seed) % 140),
                          (int)(next_random(&seed) % 45));
        if (next_random(&seed) % 20 == 0)
            pg_tui_mouse(fixture->app, (enum pg_mouse)(next_random(&seed) % 3),
                         (int)(next_random(&seed) % 140), (int)(next_random(&seed) % 45));
        else
            random_key(fixture, &seed);
        pg_tui_draw(fixture->app, fixture->frame, (int)(next_random(&seed) % 2));
        if (next_random(&seed) % 3)
            pg_tui_work(fixture->app, 1);
    }
}

static void every_size_is_drawn(void **state)
{
    struct fixture *fixture = *state;
    put_world(fixture);
    for (int rows = 1; rows <= 45; rows += rows < 25 ? 1 : 5) {
        for (int columns = 1; columns <= 130; columns += columns < 30 ? 1 : 9) {
            pg_tui_resize(fixture->app, columns, rows);
            pg_tui_draw(fixture->app, fixture->frame, 0);
            assert_int_equal(pg_frame_columns(fixture->frame), columns);
            assert_int_equal(pg_frame_rows(fixture->frame), rows);
            if (columns >= 10 && rows >= 2)
                assert_true(on_screen(fixture, ">o"));
            press(fixture, columns % 3 ? "w" : "?");
            pg_tui_draw(fixture->app, fixture->frame, 0);
            press(fixture, "<Esc>");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_read),
        cmocka_unit_test(keys_have_names),
        cmocka_unit_test(no_key_is_bound_twice),
        cmocka_unit_test_setup_teardown(it_draws_before_anything_is_loaded, start, stop),
        cmocka_unit_test_setup_teardown(a_change_is_told_of_what_is_shown, start, stop),
        cmocka_unit_test_setup_teardown(a_forgotten_change_is_not_opened, start, stop),
        cmocka_unit_test_setup_teardown(only_quitting_quits, start, stop),
        cmocka_unit_test_setup_teardown(a_failed_reload_keeps_what_is_there, start, stop),
        cmocka_unit_test_setup_teardown(logging_in, start, stop),
        cmocka_unit_test_setup_teardown(no_key_breaks_it, start, stop),
        cmocka_unit_test_setup_teardown(every_size_is_drawn, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
