/* ahead.h: a directory read by several threads is the directory read by one, in everything that can be seen */
#include "loading.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/load/ahead.h"
#include "polgrid/map.h"
#include "polgrid/objects.h"

#define SMALL 150u
#define LARGE 6u

/* --- a directory --------------------------------------------------------------------------------- */

struct room {
    char path[64];
};

static void name_file(struct pg_buf *path, const struct room *room, uint32_t i)
{
    pg_buf_clear(path);
    pg_buf_printf(path, "%s/%03u.%s", room->path, i, i % 25 == 7 ? "json" : "yaml");
}

static void put(const struct room *room, uint32_t i, const struct pg_buf *text)
{
    struct pg_buf path = {0};
    FILE *file;

    name_file(&path, room, i);
    file = fopen(pg_buf_text(&path), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(pg_buf_text(text), 1, text->n, file), text->n);
    fclose(file);
    pg_buf_free(&path);
}

static void add_pod(struct pg_buf *out, uint32_t i)
{
    pg_buf_printf(out,
                  "apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-%u\n  namespace: ns-%u\n"
                  "  labels: {app: app-%u, \"only-%u\": x}\nspec: {nodeName: node-%u}\n---\n",
                  i % 140, i % 7, i % 11, i, i % 5);
}

static void add_policy(struct pg_buf *out, uint32_t i)
{
    pg_buf_printf(out,
                  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
                  "  name: policy-%u\n  namespace: ns-%u\nspec:\n  podSelector: {}\n  ingress:\n"
                  "  - from: [{podSelector: {matchLabels: {app: \"app-%u\"}}}]\n"
                  "    form: []\n    ports: [{port: %u}]\n---\n",
                  i, i % 5, i % 13, i * 1000);
}

/* What a reader can come upon, a kind of file for each number. */
static void add_oddity(struct pg_buf *out, uint32_t i)
{
    switch (i % 25) {
    case 3: pg_buf_puts(out, "- no object\n---\njust a text\n"); break;
    case 5: pg_buf_puts(out, "kind: Pod\nmetadata: {name: \"unfinished\n"); break;
    case 9: pg_buf_clear(out); break;
    case 11: pg_buf_puts(out, "a: \xff\n"); break;
    case 13:
        pg_buf_puts(out, "apiVersion: v1\nkind: List\nitems:\n"
                         "- &pod {apiVersion: v1, kind: Pod, metadata: {name: anchored}}\n- *pod\n"
                         "- {metadata: {name: nothing}}\n");
        break;
    case 15:
        pg_buf_printf(
            out, "items:\n- metadata: {name: late-%u}\n- 7\nkind: PodList\napiVersion: v1\n", i);
        break;
    case 17: pg_buf_puts(out, "a: *none\n"); break;
    case 19:
        pg_buf_printf(out, "apiVersion: x.io/v1\nkind: Foo%u\nmetadata: {name: x}\n", i % 4);
        break;
    default: break;
    }
}

/* JSON, and more of it than what is handed over at once: the threads have to wait. */
static void add_list(struct pg_buf *out, uint32_t i)
{
    pg_buf_puts(out, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[");
    for (uint32_t k = 0; k < 4000; k++)
        pg_buf_printf(out,
                      "%s{\"metadata\":{\"name\":\"p-%u-%u\",\"namespace\":\"big-%u\",\"labels\":{"
                      "\"app\":\"a\\u002d%u\"},\"managedFields\":[{\"a\":[1,2]}]},\n \"spec\":{"
                      "\"containers\":[{\"name\":\"c\",\"env\":[{\"name\":\"x\"}],\"ports\":[{"
                      "\"containerPort\":%u}]}]}}",
                      k ? "," : "", i, k, k % 3, k % 17, k + 62000);
    pg_buf_puts(out, i % 2 ? "]}\n" : "]} ]\n");
}

static int enter(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct pg_buf text = {0};

    if (!room)
        return -1;
    snprintf(room->path, sizeof room->path, "/tmp/polgrid-test-XXXXXX");
    if (!mkdtemp(room->path))
        return -1;
    for (uint32_t i = 0; i < SMALL; i++) {
        pg_buf_clear(&text);
        if (i % 25 == 7 && i / 25 < LARGE) {
            add_list(&text, i / 25);
        } else {
            add_pod(&text, i);
            add_policy(&text, i);
            add_pod(&text, 2 * i + 3);
            add_oddity(&text, i);
        }
        put(room, i, &text);
    }
    pg_buf_free(&text);
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;
    struct pg_buf path = {0};

    for (uint32_t i = 0; i < SMALL; i++) {
        name_file(&path, room, i);
        unlink(pg_buf_text(&path));
    }
    assert_int_equal(rmdir(room->path), 0);
    pg_buf_free(&path);
    free(room);
    return 0;
}

/* --- all that can be seen ---------------------------------------------------------------------------- */

static void print_loc(struct pg_buf *out, struct pg_loc loc)
{
    pg_buf_printf(out, " at %u:%u:%u\n", loc.file, loc.line, loc.column);
}

static void print_files(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nfiles; i++) {
        const struct pg_file *file = &cluster->files[i];
        pg_buf_printf(out, "file %s %s %llu %lld %d\n", file->name, file->sha256,
                      (unsigned long long)file->bytes, (long long)file->mtime_ns, file->on_disk);
    }
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        pg_diag_print(out, cluster, &cluster->diags[i]);
        print_loc(out, cluster->diags[i].loc);
    }
    for (uint32_t i = 0; i < cluster->nskipped; i++) {
        pg_buf_printf(out, "skipped %s %u", cluster->skipped[i].kind, cluster->skipped[i].count);
        print_loc(out, cluster->skipped[i].first);
    }
    pg_buf_printf(out, "%u rejected, %u excluded, partial %d\n", cluster->nrejected,
                  cluster->nexcluded, cluster->partial);
}

static void print_objects(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nnamespaces; i++)
        print_loc(out, cluster->namespaces[i].loc);
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        pg_buf_printf(out, "pod %u %u %u %u", pod->ns, pod->name, pod->workload, pod->nports);
        for (uint32_t k = 0; k < pod->labels.n; k++)
            pg_buf_printf(out, " %u=%u", pod->labels.v[k].key, pod->labels.v[k].value);
        print_loc(out, pod->loc);
    }
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[i];
        pg_buf_printf(out, "policy %u %u %u", policy->ns, policy->name, policy->nrules[0]);
        print_loc(out, policy->loc);
    }
    /* The numbers of all strings, too. */
    for (pg_str str = 0; str < pg_strs_count(cluster->strs); str++)
        pg_buf_printf(out, "%s\n", pg_cluster_text(cluster, str));
}

/* What a call for progress told last, when to stop, and all of what was told, as a sum. */
struct watch {
    struct pg_load_progress last;
    uint64_t stop_bytes;
    uint32_t stop_objects;
    uint64_t sum;
};

static bool watch(void *context, const struct pg_load_progress *progress)
{
    struct watch *seen = context;
    uint64_t told[] = {progress->bytes, progress->total_bytes, progress->objects, progress->pods,
                       progress->policies};

    /* Who waits for a thread calls, too, as often as it takes: such calls tell no new bytes, and come between the
       hundreds of objects. */
    if (progress->bytes == seen->last.bytes &&
        (progress->objects == seen->last.objects || progress->objects % 100 != 0))
        return true;
    seen->last = *progress;
    seen->sum = pg_hash(told, sizeof told, seen->sum);
    seen->sum = pg_hash(progress->file, strlen(progress->file), seen->sum);
    return progress->bytes < seen->stop_bytes && progress->objects < seen->stop_objects;
}

/* Whoever keeps a copy of the objects gets them all the same. */
static void copy_object(void *context, const struct pg_object *object)
{
    uint64_t *sum = context;

    *sum = pg_hash(object->json, object->n, *sum);
}

static void print_load(struct pg_buf *out, const struct room *room, uint32_t threads,
                       struct watch seen)
{
    uint64_t copies = 0;
    struct pg_load_options options = {.hash = true,
                                      .threads = threads,
                                      .object = copy_object,
                                      .object_context = &copies,
                                      .progress = watch,
                                      .context = &seen};
    struct pg_loader *loader = pg_loader_new(&options);
    struct pg_cluster *cluster;
    struct pg_err err;

    if (!pg_loader_path(loader, room->path, &err))
        fail_msg("%s", err.text);
    cluster = pg_loader_finish(loader);
    pg_buf_printf(out, "told %llx, copies %llx\n", (unsigned long long)seen.sum,
                  (unsigned long long)copies);
    print_files(out, cluster);
    print_objects(out, cluster);
    pg_cluster_free(cluster);
}

static void assert_same(const struct room *room, const struct watch *seen, const char *part)
{
    struct pg_buf one = {0}, many = {0};

    print_load(&one, room, 1, *seen);
    assert_non_null(strstr(pg_buf_text(&one), part));
    for (uint32_t threads = 2; threads <= 4; threads++) {
        pg_buf_clear(&many);
        print_load(&many, room, threads, *seen);
        assert_string_equal(pg_buf_text(&many), pg_buf_text(&one));
    }
    pg_buf_free(&one);
    pg_buf_free(&many);
}

/* --- tests --------------------------------------------------------------------------------------- */

static void same(void **state)
{
    struct watch seen = {.stop_bytes = UINT64_MAX, .stop_objects = UINT32_MAX};

    assert_same(*state, &seen, "p-5-3999\n");
}

/* Wherever a load is stopped, it ends at the same byte, and the threads with it. */
static void stopped(void **state)
{
    struct watch seen = {.stop_bytes = UINT64_MAX};

    for (uint32_t objects = 1; objects < 30000; objects = 3 * objects + 100) {
        seen.stop_objects = objects;
        assert_same(*state, &seen, "partial 1\n");
    }
    seen.stop_objects = UINT32_MAX;
    for (seen.stop_bytes = 1; seen.stop_bytes < 4000000; seen.stop_bytes *= 13)
        assert_same(*state, &seen, "partial 1\n");
}

static const struct pg_note *next(struct pg_ahead *ahead)
{
    const struct pg_note *note;

    while ((note = pg_ahead_next(ahead)) == NULL)
        continue;
    return note;
}

/* A file that is gone by the time it is its turn does not stop the others. */
static void gone(void **state)
{
    struct room *room = *state;
    struct pg_buf path = {0};
    const char *paths[3];
    struct pg_ahead *ahead;

    name_file(&path, room, 9);
    paths[0] = paths[2] = pg_buf_text(&path);
    paths[1] = "/nowhere/at/all.yaml";
    ahead = pg_ahead_start(paths, 3, 2, false);
    assert_non_null(ahead);
    for (int i = 0; i < 3; i++) {
        const struct pg_note *note = next(ahead);
        if (i == 1) {
            assert_int_equal(note->kind, PG_NOTE_FAILED);
            assert_int_equal(note->error, ENOENT);
            continue;
        }
        assert_int_equal(note->kind, PG_NOTE_OPENED);
        assert_int_equal(next(ahead)->kind, PG_NOTE_PARSED);
        note = next(ahead);
        assert_int_equal(note->kind, PG_NOTE_END);
        assert_string_equal(note->sha256, "");
    }
    pg_ahead_end(ahead);
    pg_buf_free(&path);
}

static void threads(void **state)
{
    (void)state;
    assert_int_equal(pg_ahead_threads(1, UINT64_MAX), 1);
    assert_int_equal(pg_ahead_threads(1000, 1000), 1);
    assert_in_range(pg_ahead_threads(1000, UINT64_MAX), 1, 4);
    assert_in_range(pg_ahead_threads(2, UINT64_MAX), 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same),
        cmocka_unit_test(stopped),
        cmocka_unit_test(gone),
        cmocka_unit_test(threads),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
