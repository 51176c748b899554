/*
 * A cluster that is loaded again and again from objects that are decoded once (polgrid/memo.h), beside the one that
 * reading all of their texts gives: what is reported must be the same. The objects are those of the
 * world and of another one, so that they come, change and go.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gen.h"
#include "polgrid/memo.h"
#include "polgrid/report.h"
#include "render.h"

enum {
    OBJECTS = 256,
    STATES = 2,
};

struct object {
    char *key, *api_version, *kind;
    char *text[STATES]; /* NULL: it is not there then */
    size_t n[STATES];
    bool is_policy;
    int state; /* STATES: gone */
    uint64_t version;
};

struct pool {
    struct object objects[OBJECTS];
    int n, state; /* that of the world at hand */
};

/* --- objects --- */

static struct object *find(struct pool *pool, const char *key)
{
    for (int i = 0; i < pool->n; i++)
        if (strcmp(pool->objects[i].key, key) == 0)
            return &pool->objects[i];
    if (pool->n == OBJECTS)
        abort();
    struct object *object = &pool->objects[pool->n++];
    object->key = strdup(key);
    object->state = STATES;
    return object;
}

static void take(void *context, const struct pg_object *given)
{
    struct pool *pool = context;
    char key[400];
    snprintf(key, sizeof key, "%s/%s/%s/%s", given->api_version, given->kind,
             given->ns ? given->ns : "", given->name);
    struct object *object = find(pool, key);
    if (!object->kind) {
        object->api_version = strdup(given->api_version);
        object->kind = strdup(given->kind);
    }
    free(object->text[pool->state]);
    object->text[pool->state] = memcpy(malloc(given->n + 1), given->json, given->n);
    object->text[pool->state][given->n] = '\0';
    object->n[pool->state] = given->n;
    object->is_policy = strstr(given->kind, "Policy") != NULL;
}

static void collect(struct pool *pool, int state, const char *text, size_t length)
{
    struct pg_load_options options = {.object = take, .object_context = pool};
    struct pg_loader *loader = pg_loader_new(&options);
    pool->state = state;
    pg_loader_text(loader, "t", text, length);
    pg_cluster_free(pg_loader_finish(loader));
}

static void change(struct pool *pool, struct w_random *random, uint32_t percent)
{
    static uint64_t version;
    for (int i = 0; i < pool->n; i++) {
        struct object *object = &pool->objects[i];
        if (!w_random_chance(random, percent))
            continue;
        object->state = (int)w_random_below(random, STATES + 1);
        object->version = ++version;
    }
}

static bool is_there(const struct object *object)
{
    return object->state < STATES && object->text[object->state];
}

/* --- loading --- */

static const char *file_of(const struct object *object)
{
    return object->is_policy ? object->key : "objects";
}

/* Where there is nothing else about it, a cluster names the files it came from: here they are not the same. */
static struct pg_cluster *finish(struct pg_loader *loader)
{
    pg_loader_origin(loader, &(struct pg_origin){.context = "c"});
    return pg_loader_finish(loader);
}

static struct pg_cluster *load_memo(struct pg_memo *memo, const struct pool *pool)
{
    struct pg_memo_object objects[OBJECTS];
    uint32_t n = 0;
    for (int i = 0; i < pool->n; i++) {
        const struct object *object = &pool->objects[i];
        if (is_there(object))
            objects[n++] = (struct pg_memo_object){.slot = (uint32_t)i,
                                                   .version = object->version,
                                                   .file = file_of(object),
                                                   .line = object->is_policy ? 0 : (uint32_t)i + 1,
                                                   .api_version = object->api_version,
                                                   .kind = object->kind,
                                                   .text = object->text[object->state],
                                                   .n = object->n[object->state]};
    }
    return finish(pg_memo_loader(memo, NULL, objects, n));
}

static struct pg_cluster *load_texts(const struct pool *pool)
{
    struct pg_loader *loader = pg_loader_new(NULL);
    for (int i = 0; i < pool->n; i++) {
        const struct object *object = &pool->objects[i];
        if (!is_there(object))
            continue;
        struct pg_buf text = {0};
        for (int line = 0; line < i && !object->is_policy; line++)
            pg_buf_putc(&text, '\n');
        pg_buf_add(&text, object->text[object->state], object->n[object->state]);
        pg_loader_text(loader, file_of(object), text.p, text.n);
        pg_buf_free(&text);
    }
    return finish(loader);
}

/* --- comparing --- */

static void add_findings(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        pg_diag_print(out, cluster, &cluster->diags[i]);
        pg_buf_putc(out, '\n');
    }
}

static void add_whys(struct pg_buf *out, struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    for (uint32_t i = 0; i < cluster->npods; i++) {
        struct pg_end from = {.kind = PG_END_POD, .index = i}, to = from;
        to.index = (i * 7 + 3) % cluster->npods;
        struct pg_arena *arena = pg_arena_new();
        const struct pg_why *why = pg_why_ask(arena, eval, &from, &to, PG_PORTS_ALL, 0);
        struct pg_report_answer answer;
        struct pg_report_question question =
            pg_report_question(pg_eval_portsets(eval), why, &answer);
        pg_report_why_json(out, eval, &question);
        pg_arena_free(arena);
    }
}

static void print(struct pg_buf *out, struct pg_cluster *cluster)
{
    struct pg_report_matrix matrix = {.level = PG_LEVEL_POD, .ports = PG_PORTS_ALL, .expand = true};
    struct pg_report_policies policies = {.ns = PG_NONE, .pod = PG_NONE, .rules = true};
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct pg_err err;
    pg_report_matrix_json(out, eval, &matrix, &err);
    pg_report_policies_json(out, eval, &policies);
    add_whys(out, eval);
    add_findings(out, cluster);
    pg_eval_free(eval);
    pg_cluster_free(cluster);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Findings come in the order of their files, which are numbered as they first came: so lines are compared without
   their order, and without what separates the items of a list. */
static void sort_lines(struct pg_buf *text)
{
    struct pg_buf sorted = {0};
    size_t n = 0, room = 1;
    for (size_t i = 0; i < text->n; i++)
        room += text->p[i] == '\n';
    char **lines = calloc(room, sizeof *lines), *rest = NULL;
    if (lines == NULL)
        abort();
    for (char *line = strtok_r(text->p, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        size_t length = strlen(line);
        if (line[length - 1] == ',')
            line[length - 1] = '\0';
        lines[n++] = line;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    for (size_t i = 0; i < n; i++)
        pg_buf_printf(&sorted, "%s\n", lines[i]);
    free(lines);
    pg_buf_free(text);
    *text = sorted;
}

static void compare(struct check *check, int step, struct pg_cluster *kept, struct pg_cluster *anew)
{
    struct pg_buf a = {0}, b = {0};
    print(&a, kept);
    print(&b, anew);
    sort_lines(&a);
    sort_lines(&b);
    size_t at = 0;
    while (at < a.n && at < b.n && a.p[at] == b.p[at])
        at++;
    if (a.n != b.n || at < a.n) {
        size_t from = at > 200 ? at - 200 : 0;
        check_differs(check, "step %d: kept objects give:\n%.400s\nread anew:\n%.400s", step,
                      pg_buf_text(&a) + from, pg_buf_text(&b) + from);
    }
    check->ncompared++;
    pg_buf_free(&a);
    pg_buf_free(&b);
}

void check_memo(struct check *check, int steps)
{
    struct pool *pool = calloc(1, sizeof *pool);
    struct world *donor = malloc(sizeof *donor);
    if (pool == NULL || donor == NULL)
        abort();
    size_t length;
    gen_world(donor, check->world->seed + 1);
    char *text = render_world(donor, &length);
    collect(pool, 0, check->text, strlen(check->text));
    collect(pool, 1, text, length);
    struct pg_memo *memo = pg_memo_new(NULL);
    for (int step = 0; step < steps && check->ndifferences == 0; step++) {
        change(pool, &check->random, step == 0 ? 100 : 25);
        compare(check, step, load_memo(memo, pool), load_texts(pool));
    }
    pg_memo_free(memo);
    for (int i = 0; i < pool->n; i++) {
        free(pool->objects[i].key);
        free(pool->objects[i].api_version);
        free(pool->objects[i].kind);
        for (int state = 0; state < STATES; state++)
            free(pool->objects[i].text[state]);
    }
    free(pool);
    free(donor);
    free(text);
}
