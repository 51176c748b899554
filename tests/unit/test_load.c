/* load.h: files, directories, texts; duplicates; order; progress; the source once more */
#include "loading.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define POD(name) "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\n"

/* --- a directory to play in ------------------------------------------------------------------------ */

struct room {
    char path[64];
    struct pg_buf text;
};

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);

    if (!room)
        return -1;
    snprintf(room->path, sizeof room->path, "/tmp/polgrid-test-XXXXXX");
    *state = room;
    return mkdtemp(room->path) ? 0 : -1;
}

/* The path of a name in the room; valid until the next call. */
static const char *at(struct room *room, const char *name)
{
    pg_buf_clear(&room->text);
    pg_buf_printf(&room->text, "%s/%s", room->path, name);
    return pg_buf_text(&room->text);
}

static void put(struct room *room, const char *name, const char *text)
{
    FILE *file = fopen(at(room, name), "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_directory(struct room *room, const char *name)
{
    assert_int_equal(mkdir(at(room, name), 0700), 0);
}

static int leave(void **state)
{
    static const char *const names[] = {
        "..data/a.yaml", "sub/x.json", "sub/deep/y.yml", "a.yaml",    "b.yml",     "B.json",
        "c.txt",         ".h.yaml",    "link.yaml",      "gone.yaml", "pipe.yaml", "loop",
        "sub/deep",      "sub",        "..data",         "dir.yaml"};
    struct room *room = *state;

    for (size_t i = 0; i < PG_COUNT(names); i++)
        if (unlink(at(room, names[i])) != 0)
            rmdir(at(room, names[i]));
    assert_int_equal(rmdir(room->path), 0);
    pg_buf_free(&room->text);
    free(room);
    return 0;
}

static struct pg_cluster *load_path_as(const char *path, struct pg_load_options options)
{
    struct pg_loader *loader = pg_loader_new(&options);
    struct pg_err err;

    if (!pg_loader_path(loader, path, &err))
        fail_msg("%s", err.text);
    return pg_loader_finish(loader);
}

static struct pg_cluster *load_path(const char *path, bool recursive)
{
    return load_path_as(path, (struct pg_load_options){.recursive = recursive, .hash = true});
}

/* The names of the files below the room, and of the findings. */
static void assert_files(struct room *room, bool recursive, const char *expected)
{
    struct pg_cluster *cluster = load_path(room->path, recursive);
    struct pg_buf out = {0};
    size_t skip = strlen(room->path) + 1;

    for (uint32_t i = 0; i < cluster->nfiles; i++)
        pg_buf_printf(&out, "%s ",
                      strlen(cluster->files[i].name) > skip ? cluster->files[i].name + skip : ".");
    pg_buf_putc(&out, '\n');
    print_findings(&out, cluster);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* --- files and directories ------------------------------------------------------------------------- */

static void directories(void **state)
{
    struct room *room = *state;

    put(room, "b.yml", POD("p"));
    put(room, "a.yaml", POD("q"));
    put(room, "B.json", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"r\"}}");
    put(room, "c.txt", "no manifest");
    put(room, ".h.yaml", POD("hidden"));
    make_directory(room, "sub");
    make_directory(room, "sub/deep");
    put(room, "sub/x.json",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"s\"}}");
    put(room, "sub/deep/y.yml", POD("t"));
    make_directory(room, "..data");
    put(room, "..data/a.yaml", POD("q"));
    make_directory(room, "dir.yaml");
    assert_int_equal(symlink("b.yml", at(room, "link.yaml")), 0);
    assert_int_equal(symlink(".", at(room, "loop")), 0);
    assert_files(room, false, "B.json a.yaml b.yml link.yaml \nOBJ-DUPLICATE warning 1\n");
    assert_files(
        room, true,
        "B.json a.yaml b.yml link.yaml sub/deep/y.yml sub/x.json \nOBJ-DUPLICATE warning 1\n");
}

static void odd_directories(void **state)
{
    struct room *room = *state;

    assert_files(room, false, ". \nFILE-NONE warning 0\n");
    put(room, "a.yaml", "# nothing but a comment\n");
    assert_files(room, false, "a.yaml \nFILE-EMPTY warning 0\n");
    assert_int_equal(mkfifo(at(room, "pipe.yaml"), 0600), 0);
    assert_files(room, false, "pipe.yaml a.yaml \nFILE-SPECIAL warning 0\nFILE-EMPTY warning 0\n");
    assert_int_equal(symlink("nowhere", at(room, "gone.yaml")), 0);
    assert_files(room, false,
                 "gone.yaml pipe.yaml a.yaml \nFILE-READ fatal 0\nFILE-SPECIAL warning 0\n"
                 "FILE-EMPTY warning 0\n");
}

static void unreadable(void **state)
{
    struct room *room = *state;
    struct pg_loader *loader = pg_loader_new(NULL);
    struct pg_err err;

    assert_false(pg_loader_path(loader, at(room, "none.yaml"), &err));
    assert_non_null(strstr(err.text, "none.yaml: No such file"));
    assert_false(pg_loader_path(loader, "", &err));
    pg_loader_free(loader);
}

static void partial(void **state)
{
    struct room *room = *state;
    struct pg_cluster *cluster;

    put(room, "a.yaml", POD("p") "---\na: [\n");
    put(room, "b.yml", POD("q"));
    cluster = load_path(room->path, false);
    assert_true(cluster->partial);
    assert_int_equal(cluster->npods, 2);
    assert_int_equal(finding(cluster, "YAML-SYNTAX")->loc.line, 6);
    assert_int_equal(finding(cluster, "YAML-SYNTAX")->severity, PG_SEVERITY_FATAL);
    pg_cluster_free(cluster);
    put(room, "a.yaml", "{\"a\":");
    cluster = load_path(at(room, "a.yaml"), false);
    assert_int_equal(finding(cluster, "JSON-SYNTAX")->loc.column, 6);
    pg_cluster_free(cluster);
}

static void read_stdin(void **state)
{
    struct room *room = *state;
    struct pg_loader *loader = pg_loader_new(NULL);
    struct pg_cluster *cluster;
    struct pg_err err;
    int saved = dup(STDIN_FILENO), fd;

    put(room, "a.yaml", POD("p"));
    fd = open(at(room, "a.yaml"), O_RDONLY);
    assert_true(fd >= 0 && saved >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    close(fd);
    assert_true(pg_loader_path(loader, "-", &err));
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    cluster = pg_loader_finish(loader);
    assert_string_equal(cluster->files[0].name, "-");
    assert_string_equal(cluster->files[0].text, POD("p"));
    assert_false(cluster->files[0].on_disk);
    assert_int_equal(cluster->npods, 1);
    pg_cluster_free(cluster);
}

/* --- the source view ------------------------------------------------------------------------------- */

static void sources(void **state)
{
    struct room *room = *state;
    struct pg_arena *arena = pg_arena_new();
    struct pg_cluster *cluster;
    struct pg_err err;
    const char *text;
    size_t length;
    bool changed;

    put(room, "a.yaml", POD("p"));
    cluster = load_path(at(room, "a.yaml"), false);
    assert_true(cluster->files[0].on_disk);
    assert_int_equal(cluster->files[0].bytes, strlen(POD("p")));
    text = pg_load_source(arena, &cluster->files[0], &length, &changed, &err);
    assert_string_equal(text, POD("p"));
    assert_int_equal(length, strlen(POD("p")));
    assert_false(changed);
    put(room, "a.yaml", POD("other"));
    text = pg_load_source(arena, &cluster->files[0], &length, &changed, &err);
    assert_string_equal(text, POD("other"));
    assert_true(changed);
    unlink(at(room, "a.yaml"));
    assert_null(pg_load_source(arena, &cluster->files[0], &length, &changed, &err));
    assert_non_null(strstr(err.text, "a.yaml: No such file"));
    pg_cluster_free(cluster);
    pg_arena_free(arena);
}

/* Without a hash, the size or the time tells. */
static void sources_without_hash(void **state)
{
    struct room *room = *state;
    struct pg_arena *arena = pg_arena_new();
    struct pg_err err;
    size_t length;
    bool changed;
    put(room, "a.yaml", POD("p"));
    struct pg_cluster *cluster = load_path_as(at(room, "a.yaml"), (struct pg_load_options){0});
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};

    assert_string_equal(cluster->files[0].sha256, "");
    assert_non_null(pg_load_source(arena, &cluster->files[0], &length, &changed, &err));
    assert_false(changed);
    assert_int_equal(utimensat(AT_FDCWD, at(room, "a.yaml"), times, 0), 0);
    assert_non_null(pg_load_source(arena, &cluster->files[0], &length, &changed, &err));
    assert_true(changed);
    put(room, "a.yaml", POD("other"));
    assert_non_null(pg_load_source(arena, &cluster->files[0], &length, &changed, &err));
    assert_true(changed);
    pg_cluster_free(cluster);
    pg_arena_free(arena);
}

static void texts(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_load_options options = {.hash = true};
    struct pg_loader *loader = pg_loader_new(&options);
    pg_loader_text(loader, "t", "a: b\n", 5);
    struct pg_cluster *cluster = pg_loader_finish(loader);
    struct pg_err err;
    size_t length;
    bool changed;

    (void)state;
    assert_string_equal(cluster->files[0].name, "t");
    /* sha256sum(1) */
    assert_string_equal(cluster->files[0].sha256,
                        "52c9693cf3f219d51ba6af4362ee092c55fb5e6f96d6f9da13c8ede7eff8e71b");
    assert_string_equal(pg_load_source(arena, &cluster->files[0], &length, &changed, &err),
                        "a: b\n");
    assert_int_equal(length, 5);
    pg_cluster_free(cluster);
    pg_arena_free(arena);
}

/* The hash is that of the whole, though reading stopped in the middle. */
static void hash_of_a_broken_file(void **state)
{
    struct room *room = *state;
    struct pg_arena *arena = pg_arena_new();
    struct pg_buf text = {0};
    struct pg_cluster *cluster;
    struct pg_err err;
    size_t length;
    bool changed;

    pg_buf_puts(&text, "a: [ }\n");
    pg_buf_fill(&text, '#', 300000);
    put(room, "a.yaml", pg_buf_text(&text));
    cluster = load_path(at(room, "a.yaml"), false);
    assert_true(cluster->partial);
    assert_int_equal(cluster->files[0].bytes, text.n);
    assert_non_null(pg_load_source(arena, &cluster->files[0], &length, &changed, &err));
    assert_false(changed);
    pg_buf_free(&text);
    pg_cluster_free(cluster);
    pg_arena_free(arena);
}

/* --- the whole --------------------------------------------------------------------------------- */

/* semantics 1.5 */
static void duplicates(void **state)
{
    struct pg_loader *loader = pg_loader_new(NULL);
    static const char first[] = POD("p") "spec: {nodeName: one}\n---\n" POD("q");
    static const char second[] = "\n\n" POD("p") "spec: {nodeName: two}\n";
    struct pg_cluster *cluster;
    const struct pg_diag *diag;

    (void)state;
    pg_loader_text(loader, "first", first, strlen(first));
    pg_loader_text(loader, "second", second, strlen(second));
    cluster = pg_loader_finish(loader);
    assert_int_equal(cluster->npods, 2);
    assert_string_equal(pg_cluster_text(cluster, cluster->pods[0].node_name), "two");
    diag = finding(cluster, "OBJ-DUPLICATE");
    assert_string_equal(diag->object, "Pod default/p");
    assert_int_equal(diag->loc.file, 1);
    assert_int_equal(diag->loc.line, 3);
    assert_non_null(strstr(diag->message, "first:1"));
    pg_cluster_free(cluster);
    /* a rejected object is none, so it overrules nobody */
    assert_findings(POD("p") "---\n" POD("p") "spec: []\n", "OBJ-TYPE rejected 8 spec\n");
}

static void order(void **state)
{
    struct pg_cluster *cluster = load_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: z}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a-1, namespace: a}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: z}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: a}}\n"
        "- {apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: a}, spec: {template: "
        "{spec: "
        "{}}}}\n"
        "- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: z, namespace: "
        "z}}\n"
        "- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: "
        "z}}\n"
        "- {apiVersion: k8s.ovn.org/v1, kind: EgressFirewall, metadata: {name: z, namespace: z}}\n"
        "- {apiVersion: k8s.ovn.org/v1, kind: AdminPolicyBasedExternalRoute, metadata: {name: z}}\n"
        "- {apiVersion: v1, kind: Namespace, metadata: {name: m}}\n");
    const struct pg_namespace *ns = cluster->namespaces;
    struct pg_buf out = {0};

    (void)state;
    print_pods(&out, cluster);
    assert_string_equal(pg_buf_text(&out),
                        "a/a of Pod/a\na/a-1 of Pod/a-1\na/j[Job] of Job/j virtual\nz/a of Pod/a\n"
                        "z/b of Pod/b\n");
    pg_buf_clear(&out);
    for (uint32_t i = 0; i < cluster->npolicies; i++)
        pg_buf_printf(&out, "%s/%s ", pg_cluster_text(cluster, cluster->policies[i].kind_name),
                      pg_cluster_text(cluster, cluster->policies[i].name));
    assert_string_equal(pg_buf_text(&out), "AdminPolicyBasedExternalRoute/z EgressFirewall/z "
                                           "NetworkPolicy/a NetworkPolicy/z ");
    assert_int_equal(cluster->nnamespaces, 3);
    assert_int_equal(ns[0].npods, 3);
    assert_int_equal(ns[1].npods + ns[1].nworkloads + ns[1].npolicies, 0);
    assert_int_equal(ns[2].first_pod, 3);
    assert_int_equal(ns[2].npods, 2);
    assert_int_equal(ns[2].first_policy, 1);
    assert_int_equal(ns[2].npolicies, 3);
    assert_int_equal(ns[0].nworkloads, 3);
    assert_int_equal(ns[2].first_workload, 3);
    for (uint32_t i = 0; i < cluster->npods; i++)
        assert_int_equal(cluster->workloads[cluster->pods[i].workload].ns, cluster->pods[i].ns);
    pg_buf_free(&out);
    pg_cluster_free(cluster);
}

/* The index of addresses is there, and the cluster can be asked. */
static void look_ups(void **state)
{
    struct pg_cluster *cluster = load_text(POD("p") "status: {podIP: 10.0.0.1}\n");
    struct pg_addr addr;

    (void)state;
    assert_true(pg_addr_parse("10.0.0.1", &addr, NULL));
    assert_int_equal(pg_cluster_pod_at(cluster, addr), 0);
    assert_int_equal(pg_cluster_find_pod(cluster, 0, "p"), 0);
    pg_cluster_free(cluster);
}

static void default_namespace(void **state)
{
    struct pg_load_options options = {.default_namespace = "here"};
    struct pg_loader *loader = pg_loader_new(&options);
    static const char text[] = POD("p") "---\napiVersion: v1\nkind: Pod\n"
                                        "metadata: {name: q, namespace: ''}\n";
    struct pg_cluster *cluster;

    (void)state;
    pg_loader_text(loader, "t", text, strlen(text));
    cluster = pg_loader_finish(loader);
    assert_int_equal(cluster->nnamespaces, 1);
    assert_string_equal(pg_cluster_text(cluster, cluster->namespaces[0].name), "here");
    pg_cluster_free(cluster);
}

static void keep_copy(void *context, const struct pg_object *object)
{
    pg_buf_add(context, object->json, object->n);
}

/* A copy names the namespace that its object is read into; but what is wrong with one stays wrong. */
static void copies(void **state)
{
    struct pg_buf out = {0};
    struct pg_load_options options = {
        .default_namespace = "here", .object = keep_copy, .object_context = &out};
    struct pg_loader *loader = pg_loader_new(&options);
    static const char text[] =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: q, namespace: ''}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: r, namespace: 123}\n";

    (void)state;
    pg_loader_text(loader, "t", text, strlen(text));
    pg_cluster_free(pg_loader_finish(loader));
    assert_string_equal(pg_buf_text(&out), "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{"
                                           "\"namespace\":\"here\",\"name\":\"p\"}}\n"
                                           "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{"
                                           "\"namespace\":\"here\",\"name\":\"q\"}}\n"
                                           "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{"
                                           "\"name\":\"r\",\"namespace\":123}}\n");
    pg_buf_free(&out);
}

static void empty(void **state)
{
    struct pg_cluster *cluster = pg_loader_finish(pg_loader_new(NULL));

    (void)state;
    assert_int_equal(cluster->npods + cluster->nnamespaces + cluster->ndiags + cluster->nfiles, 0);
    assert_true(pg_cluster_complete(cluster));
    pg_cluster_free(cluster);
    assert_findings("", "FILE-EMPTY warning 0\n");
}

/* --- progress ---------------------------------------------------------------------------------- */

struct watch {
    struct pg_load_progress last;
    unsigned calls, stop_at;
};

static bool watch(void *context, const struct pg_load_progress *progress)
{
    struct watch *seen = context;

    assert_true(progress->bytes >= seen->last.bytes);
    assert_true(progress->objects >= seen->last.objects);
    assert_non_null(progress->file);
    seen->last = *progress;
    return ++seen->calls != seen->stop_at;
}

static struct pg_cluster *load_watched(struct watch *seen, unsigned pods)
{
    struct pg_load_options options = {.progress = watch, .context = seen};
    struct pg_loader *loader = pg_loader_new(&options);
    struct pg_cluster *cluster;
    struct pg_buf text = {0};

    for (unsigned i = 0; i < pods; i++)
        pg_buf_printf(&text, "apiVersion: v1\nkind: Pod\nmetadata: {name: p-%u}\n---\n", i);
    pg_loader_text(loader, "t", pg_buf_text(&text), text.n);
    cluster = pg_loader_finish(loader);
    assert_true(seen->last.total_bytes == text.n);
    pg_buf_free(&text);
    return cluster;
}

static void progress(void **state)
{
    struct watch seen = {.stop_at = 0};
    struct pg_cluster *cluster = load_watched(&seen, 5000);

    (void)state;
    assert_true(seen.calls >= 50);
    assert_true(seen.last.bytes == seen.last.total_bytes);
    assert_int_equal(seen.last.objects, 5000);
    assert_int_equal(seen.last.pods, 5000);
    assert_false(cluster->partial);
    pg_cluster_free(cluster);
}

static void stopping(void **state)
{
    struct watch seen = {.stop_at = 10};
    struct pg_cluster *cluster = load_watched(&seen, 5000);

    (void)state;
    assert_int_equal(seen.calls, 10);
    assert_true(cluster->partial);
    assert_true(cluster->npods > 0 && cluster->npods < 5000);
    assert_false(pg_cluster_complete(cluster));
    for (uint32_t i = 0; i < cluster->ndiags; i++)
        assert_true(cluster->diags[i].severity < PG_SEVERITY_FATAL);
    pg_cluster_free(cluster);
}

/* --- codes ------------------------------------------------------------------------------------- */

static void codes(void **state)
{
    uint32_t n;
    const struct pg_load_code *list = pg_load_codes(&n);

    (void)state;
    assert_true(n > 40);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(strspn(list[i].code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
                    strlen(list[i].code));
        assert_true(strlen(list[i].meaning) > 5);
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(list[i].code, list[k].code);
    }
}

/* Of one code only so many are kept; the rest is counted. */
static void floods(void **state)
{
    struct pg_buf text = {0};
    struct pg_cluster *cluster;

    (void)state;
    pg_buf_puts(&text,
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
                "spec: {ingress: [{ports: [");
    for (int i = 0; i < 6000; i++)
        pg_buf_puts(&text, "{port: 0},\n");
    pg_buf_puts(&text, "]}]}\n");
    cluster = load_text(pg_buf_text(&text));
    assert_int_equal(cluster->ndiags, 5001);
    assert_non_null(
        strstr(finding(cluster, "DIAG-MORE")->message, "1000 more findings of NP-PORT-RANGE"));
    pg_buf_free(&text);
    pg_cluster_free(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(directories, enter, leave),
        cmocka_unit_test_setup_teardown(odd_directories, enter, leave),
        cmocka_unit_test_setup_teardown(unreadable, enter, leave),
        cmocka_unit_test_setup_teardown(partial, enter, leave),
        cmocka_unit_test_setup_teardown(read_stdin, enter, leave),
        cmocka_unit_test_setup_teardown(sources, enter, leave),
        cmocka_unit_test_setup_teardown(sources_without_hash, enter, leave),
        cmocka_unit_test(texts),
        cmocka_unit_test_setup_teardown(hash_of_a_broken_file, enter, leave),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(order),
        cmocka_unit_test(look_ups),
        cmocka_unit_test(default_namespace),
        cmocka_unit_test(copies),
        cmocka_unit_test(empty),
        cmocka_unit_test(progress),
        cmocka_unit_test(stopping),
        cmocka_unit_test(codes),
        cmocka_unit_test(floods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
