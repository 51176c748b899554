/* A follower's objects as a frozen cluster, and look-ups in the follower. */
#include <stdlib.h>
#include <string.h>

#include "follow_internal.h"

/* --- the frozen cluster --- */

/* How the objects of one kind are sorted: each with its texts, so that comparing needs nothing else. */
struct item {
    uint32_t ns;             /* rank of the namespace, 0 for none */
    const char *kind, *name; /* kind: "" where there is none */
    const char *spec;
    uint32_t slot;
};

struct freezing {
    const struct pg_follow *follow;
    const struct pg_cluster *from;
    struct pg_cluster *to;
    struct pg_arena *scratch;
    struct copier copier;
    uint32_t *namespace_of, *workload_of; /* slot → index */
};

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    int order = strcmp(x->kind, y->kind);
    if (order == 0)
        order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->spec, y->spec);
}

static struct item *items(const struct freezing *f, const struct slots *slots, uint32_t *n)
{
    struct item *list = pg_arena_array(f->scratch, (size_t)slots->used.n + 1, sizeof *list);
    *n = 0;
    for (uint32_t slot = 0; slot < slots->used.n; slot++)
        if (slots->used.v[slot] != 0)
            list[(*n)++] = (struct item){.kind = "", .name = "", .spec = "", .slot = slot};
    return list;
}

static const char *text(const struct freezing *f, pg_str str)
{
    return pg_cluster_text(f->from, str);
}

static void sort(struct item *list, uint32_t n)
{
    if (n > 1)
        qsort(list, n, sizeof *list, compare_items);
}

/* Marks the namespaces that something is in. */
static uint8_t *used_namespaces(const struct freezing *f)
{
    const struct pg_follow *follow = f->follow;
    uint8_t *used = pg_arena_array(f->scratch, (size_t)f->from->nnamespaces + 1, 1);
    for (uint32_t i = 0; i < f->from->npods; i++)
        if (follow->pods.used.v[i] != 0)
            used[f->from->pods[i].ns] = 1;
    for (uint32_t i = 0; i < f->from->npolicies; i++)
        if (follow->policies.used.v[i] != 0 && f->from->policies[i].ns != PG_NONE)
            used[f->from->policies[i].ns] = 1;
    for (uint32_t i = 0; i < f->from->nservices; i++)
        if (follow->services.used.v[i] != 0)
            used[f->from->services[i].ns] = 1;
    for (uint32_t i = 0; i < f->from->nworkloads; i++)
        if (f->from->workloads[i].loc.line != 0)
            used[f->from->workloads[i].ns] = 1;
    return used;
}

static void freeze_namespaces(struct freezing *f)
{
    uint32_t n, kept = 0;
    struct item *list = items(f, &f->follow->namespaces, &n);
    const uint8_t *used = used_namespaces(f);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_namespace *from = &f->from->namespaces[list[i].slot];
        list[i].name = text(f, from->name);
        if (!from->synthesised || used[list[i].slot] != 0)
            list[kept++] = list[i];
    }
    sort(list, kept);
    f->to->namespaces = pg_arena_array(f->to->arena, kept, sizeof *f->to->namespaces);
    f->namespace_of = pg_arena_array(f->scratch, (size_t)f->from->nnamespaces + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < kept; i++) {
        const struct pg_namespace *from = &f->from->namespaces[list[i].slot];
        f->to->namespaces[i] =
            (struct pg_namespace){.name = pg_copy_str(&f->copier, from->name),
                                  .labels = pg_copy_labels(&f->copier, from->labels),
                                  .synthesised = from->synthesised,
                                  .labels_unread = from->labels_unread,
                                  .loc = from->loc};
        f->namespace_of[list[i].slot] = i;
    }
    f->to->nnamespaces = kept;
}

static void freeze_nodes(struct freezing *f)
{
    uint32_t n;
    struct item *list = items(f, &f->follow->nodes, &n);
    for (uint32_t i = 0; i < n; i++)
        list[i].name = text(f, f->from->nodes[list[i].slot].name);
    sort(list, n);
    f->to->nodes = pg_arena_array(f->to->arena, n, sizeof *f->to->nodes);
    for (uint32_t i = 0; i < n; i++)
        pg_copy_node(&f->copier, &f->to->nodes[i], &f->from->nodes[list[i].slot]);
    f->to->nnodes = n;
}

/* Those that only their pods told of go with them. */
static void freeze_workloads(struct freezing *f)
{
    uint32_t n, kept = 0;
    struct item *list = items(f, &f->follow->workloads, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_workload *from = &f->from->workloads[list[i].slot];
        if (from->npods == 0 && from->loc.line == 0)
            continue;
        list[kept++] = (struct item){.ns = f->namespace_of[from->ns],
                                     .kind = text(f, from->kind),
                                     .name = text(f, from->name),
                                     .spec = "",
                                     .slot = list[i].slot};
    }
    sort(list, kept);
    f->to->workloads = pg_arena_array(f->to->arena, kept, sizeof *f->to->workloads);
    f->workload_of = pg_arena_array(f->scratch, (size_t)f->from->nworkloads + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < kept; i++) {
        struct pg_workload *to = &f->to->workloads[i];
        struct pg_namespace *ns = &f->to->namespaces[list[i].ns];
        *to = f->from->workloads[list[i].slot];
        to->ns = list[i].ns;
        to->kind = pg_copy_str(&f->copier, to->kind);
        to->name = pg_copy_str(&f->copier, to->name);
        f->workload_of[list[i].slot] = i;
        if (ns->nworkloads++ == 0)
            ns->first_workload = i;
    }
    f->to->nworkloads = kept;
}

static void freeze_pods(struct freezing *f)
{
    uint32_t n;
    struct item *list = items(f, &f->follow->pods, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_pod *from = &f->from->pods[list[i].slot];
        list[i].ns = f->namespace_of[from->ns];
        list[i].name = text(f, from->name);
    }
    sort(list, n);
    f->to->pods = pg_arena_array(f->to->arena, n, sizeof *f->to->pods);
    for (uint32_t i = 0; i < n; i++) {
        struct pg_pod *to = &f->to->pods[i];
        struct pg_namespace *ns = &f->to->namespaces[list[i].ns];
        pg_copy_pod(&f->copier, to, &f->from->pods[list[i].slot]);
        to->ns = list[i].ns;
        to->workload = f->workload_of[to->workload];
        to->node = PG_NONE;
        if (to->node_name != PG_STR_NONE)
            to->node = pg_cluster_find_node(f->to, pg_cluster_text(f->to, to->node_name));
        if (ns->npods++ == 0)
            ns->first_pod = i;
    }
    f->to->npods = n;
}

static void freeze_policies(struct freezing *f)
{
    uint32_t n;
    struct item *list = items(f, &f->follow->policies, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_policy *from = &f->from->policies[list[i].slot];
        list[i].ns = from->ns == PG_NONE ? 0 : f->namespace_of[from->ns] + 1;
        list[i].kind = text(f, from->kind_name);
        list[i].name = text(f, from->name);
        if (from->spec_path != NULL)
            list[i].spec = from->spec_path;
    }
    sort(list, n);
    f->to->policies = pg_arena_array(f->to->arena, n, sizeof *f->to->policies);
    for (uint32_t i = 0; i < n; i++) {
        struct pg_policy *to = &f->to->policies[i];
        pg_copy_policy(&f->copier, to, &f->from->policies[list[i].slot]);
        to->ns = list[i].ns == 0 ? PG_NONE : list[i].ns - 1;
        f->to->nunevaluated += to->kind == PG_POLICY_UNEVALUATED;
        if (to->ns != PG_NONE && f->to->namespaces[to->ns].npolicies++ == 0)
            f->to->namespaces[to->ns].first_policy = i;
    }
    f->to->npolicies = n;
}

static void freeze_services(struct freezing *f)
{
    uint32_t n;
    struct item *list = items(f, &f->follow->services, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_service *from = &f->from->services[list[i].slot];
        list[i].ns = f->namespace_of[from->ns];
        list[i].name = text(f, from->name);
    }
    sort(list, n);
    f->to->services = pg_arena_array(f->to->arena, n, sizeof *f->to->services);
    for (uint32_t i = 0; i < n; i++) {
        pg_copy_service(&f->copier, &f->to->services[i], &f->from->services[list[i].slot]);
        f->to->services[i].ns = list[i].ns;
    }
    f->to->nservices = n;
}

struct pg_cluster *pg_follow_cluster(const struct pg_follow *follow)
{
    struct pg_cluster *to = pg_cluster_new();
    struct freezing f = {.follow = follow,
                         .from = follow->cluster,
                         .to = to,
                         .scratch = pg_arena_new(),
                         .copier = {to->arena, follow->cluster->strs, to->strs}};
    to->files = pg_arena_array(to->arena, f.from->nfiles, sizeof *to->files);
    for (uint32_t i = 0; i < f.from->nfiles; i++)
        pg_copy_file(&f.copier, &to->files[i], &f.from->files[i]);
    to->nfiles = f.from->nfiles;
    to->nrejected = f.from->nrejected;
    to->partial = f.from->partial;
    pg_copy_unread(&f.copier, to, f.from);
    freeze_namespaces(&f);
    freeze_nodes(&f);
    freeze_workloads(&f);
    freeze_pods(&f);
    freeze_policies(&f);
    freeze_services(&f);
    pg_cluster_index(to);
    pg_arena_free(f.scratch);
    return to;
}

/* --- look-ups --- */

enum pg_stale pg_follow_stale(const struct pg_follow *follow)
{
    return follow->stale;
}

uint64_t pg_follow_count(const struct pg_follow *follow, enum pg_stale reason)
{
    return follow->counts[reason];
}

struct pg_eval *pg_follow_eval(struct pg_follow *follow)
{
    return &follow->eval;
}

static pg_str find_text(const struct pg_follow *follow, const char *name)
{
    return pg_strs_find(follow->cluster->strs, name, strlen(name));
}

uint32_t pg_follow_find_pod(const struct pg_follow *follow, const char *ns, const char *name)
{
    uint32_t slot = pg_slots_find(&follow->namespaces, find_text(follow, ns));
    if (slot == PG_NONE)
        return PG_NONE;
    return pg_slots_find(&follow->pods, PG_MAP_PAIR(slot, find_text(follow, name)));
}

uint32_t pg_follow_find_node(const struct pg_follow *follow, const char *name)
{
    return pg_slots_find(&follow->nodes, find_text(follow, name));
}

bool pg_follow_cell(struct pg_follow *follow, const char *from_ns, const char *from,
                    const char *to_ns, const char *to, struct pg_cell *cell)
{
    struct pg_end a = {.kind = PG_END_POD, .index = pg_follow_find_pod(follow, from_ns, from)};
    struct pg_end b = {.kind = PG_END_POD, .index = pg_follow_find_pod(follow, to_ns, to)};
    if (follow->stale != PG_STALE_NOT || a.index == PG_NONE || b.index == PG_NONE)
        return false;
    *cell = pg_eval_pair(&follow->eval, &a, &b);
    return true;
}

uint32_t pg_follow_npods(const struct pg_follow *follow)
{
    return follow->pods.used.n;
}

uint32_t pg_follow_nclasses(const struct pg_follow *follow)
{
    return follow->eval.nclasses;
}

const struct pg_pod *pg_follow_pod(const struct pg_follow *follow, uint32_t pod)
{
    return follow->pods.used.v[pod] != 0 ? &follow->cluster->pods[pod] : NULL;
}

uint32_t pg_follow_first_pod(const struct pg_follow *follow, uint32_t class)
{
    if (class < follow->first_class || follow->of_class[class].key == PG_STR_NONE)
        return PG_NONE;
    return follow->of_class[class].first_pod;
}

uint32_t pg_follow_next_pod(const struct pg_follow *follow, uint32_t pod)
{
    return follow->of_pod.v[pod].in_class.next;
}

uint32_t pg_follow_first_class(const struct pg_follow *follow, uint32_t ns)
{
    return follow->of_namespace.v[ns].first_class;
}

uint32_t pg_follow_next_class(const struct pg_follow *follow, uint32_t class)
{
    return follow->of_class[class].in_namespace.next;
}

const uint32_t *pg_follow_touched(const struct pg_follow *follow, uint32_t *n)
{
    *n = follow->touched.n;
    return follow->touched.v;
}
