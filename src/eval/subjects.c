/*
 * Which entries apply to which class: for each class and direction, its part of the order.
 */
#include <stdlib.h>
#include <string.h>

#include "eval_internal.h"
#include "polgrid/vec.h"

struct lists {
    PG_VEC(uint32_t) entries[2], policies[2];
};

/* Whether a host policy has a say over a node, or over the host-network pods on it (13.15). */
static bool selects_node(const struct pg_eval *eval, const struct pg_policy *source, uint32_t class)
{
    const struct pg_class *self = &eval->classes[class];
    uint32_t node = self->node;
    if (self->kind == PG_CLASS_PODS)
        return false;
    if (self->kind == PG_CLASS_HOST)
        node = eval->cluster->pods[self->pods[0]].node;
    return node == PG_NONE || /* of which nothing is known */
           pg_selector_matches(&source->pod_selector, eval->cluster->nodes[node].labels);
}

/* Whether a policy protects the host of a class (14.16). */
static bool protects_host(const struct pg_eval *eval, const struct pg_policy *source, uint32_t class)
{
    const struct pg_class *self = &eval->classes[class];
    if (self->kind == PG_CLASS_PODS || self->kind == PG_CLASS_OUTSIDE)
        return false;
    for (uint32_t i = 0; i < source->nhosts; i++)
        if (self->node_name == PG_STR_NONE || self->node_name == source->hosts[i])
            return true;
    return false;
}

static bool possibly_selects(const struct pg_eval *eval, const struct pg_policy *source,
                             uint32_t class)
{
    return source->maybe_selector.present &&
           pg_selector_matches(&source->maybe_selector, eval->data[class].labels);
}

bool pg_cell_unevaluated(const struct pg_eval *eval, const struct policy *policy, uint32_t class)
{
    return policy->unevaluated || eval->classes[class].kind != PG_CLASS_PODS;
}

bool pg_cell_doubtful(const struct pg_eval *eval, const struct policy *policy, uint32_t class)
{
    return possibly_selects(eval, policy->source, class);
}

/* Whether a policy has a say over the pods of a class at all. */
static bool selects(const struct pg_eval *eval, const struct policy *policy, uint32_t class)
{
    const struct pg_policy *source = policy->source;
    uint32_t ns = eval->classes[class].ns;
    if (source->of_nodes)
        return selects_node(eval, source, class);
    if (protects_host(eval, source, class))
        return true;
    if (eval->classes[class].kind != PG_CLASS_PODS ||
        (eval->data[class].host_pods && policy_is_admin(source)))
        return false;                              /* semantics 2.5 */
    if (source->ns != PG_NONE && source->ns != ns) /* semantics 3.9 */
        return false;
    if (policy->namespaces != NULL && (policy->namespaces[ns / 64] >> (ns % 64) & 1) == 0)
        return false;
    return pg_selector_matches(&source->pod_selector, eval->data[class].labels) ||
           possibly_selects(eval, source, class);
}

/* Whether a policy has a say in a direction. Cilium takes a NetworkPolicy's rules also where policyTypes
   leaves their direction out (semantics 3.6). */
static bool has_say(const struct pg_eval *eval, const struct pg_policy *source, int dir)
{
    return source->has_type[dir] || (eval->engine == PG_ENGINE_CILIUM &&
                                     source->kind == PG_POLICY_NETWORK && source->nrules[dir] > 0);
}

/* Whether an entry is the first of its policy: only Cilium's own stand in two, their denies first. */
static bool is_first(const struct entry *entry, const struct pg_policy *source)
{
    return entry->part != PART_ALLOWS || source->kind != PG_POLICY_CILIUM;
}

static void enter(struct pg_eval *eval, uint32_t class, uint32_t entry, struct lists *lists)
{
    struct class_data *data = &eval->data[class];
    const struct policy *policy = &eval->policies[eval->entries[entry].policy];
    bool unevaluated = pg_cell_unevaluated(eval, policy, class);
    bool host = protects_host(eval, policy->source, class);
    for (int dir = 0; dir < 2; dir++) {
        if (!host && !has_say(eval, policy->source, dir))
            continue;
        pg_vec_push(eval->arena, &lists->entries[dir], entry);
        if (is_first(&eval->entries[entry], policy->source))
            pg_vec_push(eval->arena, &lists->policies[dir], eval->entries[entry].policy);
        data->has_block[dir] |= policy->has_block[dir];
        data->unevaluated[dir] |= unevaluated;
        eval->classes[class].isolated[dir] |=
            unevaluated ||
            (policy_isolates(policy->source, dir) && eval->tiers[eval->entries[entry].tier].denies);
    }
}

static const uint32_t *keep(struct pg_eval *eval, const uint32_t *list, uint32_t n)
{
    uint32_t *kept = pg_arena_array(eval->arena, n, sizeof *kept);
    if (n > 0)
        memcpy(kept, list, n * sizeof *kept);
    return kept;
}

static void subjects_of_class(struct pg_eval *eval, uint32_t class, const uint32_t *candidates,
                              uint32_t n, struct lists *lists)
{
    for (int dir = 0; dir < 2; dir++)
        lists->entries[dir].n = lists->policies[dir].n = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct entry *entry = &eval->entries[candidates[i]];
        if (!selects(eval, &eval->policies[entry->policy], class))
            continue;
        if (entry->part != PART_DENIES &&
            !protects_host(eval, eval->policies[entry->policy].source, class))
            eval->policies[entry->policy].selected += eval->classes[class].npods;
        enter(eval, class, candidates[i], lists);
    }
    struct class_data *data = &eval->data[class];
    for (int dir = 0; dir < 2; dir++) {
        data->nentries[dir] = lists->entries[dir].n;
        data->entries[dir] = keep(eval, lists->entries[dir].v, lists->entries[dir].n);
        data->npolicies[dir] = lists->policies[dir].n;
        data->policies[dir] = keep(eval, lists->policies[dir].v, lists->policies[dir].n);
    }
}

/* The entries that can select pods of each namespace, in order: its own, merged with those of
   cluster-scoped policies when they are asked for. */
struct candidates {
    uint32_t *of_cluster, ncluster;
    uint32_t *own, *first; /* own entries of namespace i: own[first[i]] … own[first[i + 1] - 1] */
};

static struct candidates sort_candidates(const struct pg_eval *eval, struct pg_arena *arena)
{
    uint32_t nns = eval->cluster->nnamespaces;
    struct candidates c = {.of_cluster = pg_arena_array(arena, eval->nentries, sizeof(uint32_t)),
                           .own = pg_arena_array(arena, eval->nentries, sizeof(uint32_t)),
                           .first = pg_arena_array(arena, (size_t)nns + 2, sizeof(uint32_t))};
    /* Counting sort by namespace; first[ns + 1] counts, then moves on to where the next one goes. */
    for (uint32_t i = 0; i < eval->nentries; i++) {
        uint32_t ns = eval->policies[eval->entries[i].policy].source->ns;
        if (ns != PG_NONE)
            c.first[ns + 2]++;
    }
    for (uint32_t ns = 0; ns < nns; ns++)
        c.first[ns + 2] += c.first[ns + 1];
    for (uint32_t i = 0; i < eval->nentries; i++) {
        uint32_t ns = eval->policies[eval->entries[i].policy].source->ns;
        if (ns == PG_NONE)
            c.of_cluster[c.ncluster++] = i;
        else
            c.own[c.first[ns + 1]++] = i;
    }
    return c;
}

static uint32_t merge(const struct candidates *c, uint32_t ns, uint32_t *out)
{
    uint32_t n = 0, i = 0, k = c->first[ns], end = c->first[ns + 1];
    while (i < c->ncluster || k < end)
        if (k == end || (i < c->ncluster && c->of_cluster[i] < c->own[k]))
            out[n++] = c->of_cluster[i++];
        else
            out[n++] = c->own[k++];
    return n;
}

/* --- by label --------------------------------------------------------------------------------------- */

/* Where a namespace has many classes and many entries, a class is not tried with each: an entry that asks for one of
   some values of a label waits at these values, at the term of its selector that fewest classes have. */

/* Beyond so many pairs, looking up is faster than trying. */
#define MANY_PAIRS 4096u

struct waiting {
    uint32_t position, next; /* in the list; in `waiting`, PG_NONE: none */
};

struct by_label {
    struct pg_arena *arena;
    struct pg_map labels;    /* PAIR(key, value) → index of `counts` and `heads` */
    PG_VEC(uint32_t) counts; /* classes that have it */
    PG_VEC(uint32_t) heads;  /* the last that waits there */
    PG_VEC(struct waiting) waiting;
    PG_VEC(uint32_t) anybody; /* positions of those that ask for no value */
    PG_VEC(uint32_t) found;   /* of the class at hand */
};

static void count_labels(const struct pg_eval *eval, struct by_label *by, uint32_t first,
                         uint32_t end)
{
    for (uint32_t c = first; c < end; c++) {
        struct pg_labels labels = eval->data[c].labels;
        for (uint32_t i = 0; i < labels.n; i++) {
            uint64_t pair = PG_MAP_PAIR(labels.v[i].key, labels.v[i].value);
            const uint32_t *known = pg_map_get(&by->labels, pair);
            if (known != NULL) {
                by->counts.v[*known]++;
                continue;
            }
            pg_map_put(&by->labels, pair, by->counts.n);
            pg_vec_push(by->arena, &by->counts, 1);
            pg_vec_push(by->arena, &by->heads, PG_NONE);
        }
    }
}

static uint64_t count_classes(const struct by_label *by, const struct pg_req *req)
{
    uint64_t n = 0;
    for (uint32_t v = 0; v < req->nvalues; v++) {
        const uint32_t *known = pg_map_get(&by->labels, PG_MAP_PAIR(req->key, req->values[v]));
        n += known != NULL ? by->counts.v[*known] : 0;
    }
    return n;
}

/* NULL where a policy may have a say over a class that has none of the values of any one term. */
static const struct pg_req *narrowest(const struct by_label *by, const struct pg_policy *policy)
{
    const struct pg_req *best = NULL;
    uint64_t least = UINT64_MAX;
    if (policy->of_nodes || policy->nhosts > 0 || policy->maybe_selector.present)
        return NULL;
    for (uint32_t i = 0; i < policy->pod_selector.nreqs; i++) {
        const struct pg_req *req = &policy->pod_selector.reqs[i];
        uint64_t n = req->op == PG_OP_IN ? count_classes(by, req) : UINT64_MAX;
        if (n < least) {
            least = n;
            best = req;
        }
    }
    return best;
}

static void wait_at(struct by_label *by, const struct pg_req *req, uint32_t position)
{
    for (uint32_t v = 0; v < req->nvalues; v++) {
        const uint32_t *known = pg_map_get(&by->labels, PG_MAP_PAIR(req->key, req->values[v]));
        if (known == NULL)
            continue; /* nobody here has it */
        uint32_t *head = &by->heads.v[*known];
        if (*head != PG_NONE && by->waiting.v[*head].position == position)
            continue; /* a value that is named twice */
        pg_vec_push(by->arena, &by->waiting, ((struct waiting){position, *head}));
        *head = by->waiting.n - 1;
    }
}

static int compare_positions(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The entries, in order, that may have a say over a class: `list` is that of its namespace. */
static void find_candidates(const struct pg_eval *eval, struct by_label *by, uint32_t class,
                            const uint32_t *list)
{
    struct pg_labels labels = eval->data[class].labels;
    by->found.n = 0;
    for (uint32_t i = 0; i < by->anybody.n; i++)
        pg_vec_push(by->arena, &by->found, by->anybody.v[i]);
    for (uint32_t i = 0; i < labels.n; i++) {
        uint32_t number = *pg_map_get(&by->labels, PG_MAP_PAIR(labels.v[i].key, labels.v[i].value));
        for (uint32_t w = by->heads.v[number]; w != PG_NONE; w = by->waiting.v[w].next)
            pg_vec_push(by->arena, &by->found, by->waiting.v[w].position);
    }
    if (by->found.n > by->anybody.n)
        qsort(by->found.v, by->found.n, sizeof *by->found.v, compare_positions);
    for (uint32_t i = 0; i < by->found.n; i++)
        by->found.v[i] = list[by->found.v[i]];
}

static void subjects_by_label(struct pg_eval *eval, struct by_label *by, uint32_t ns,
                              const uint32_t *list, uint32_t n, struct lists *lists)
{
    uint32_t first = eval->first_of_namespace[ns], end = eval->first_of_namespace[ns + 1];
    by->counts.n = by->heads.n = by->waiting.n = by->anybody.n = 0;
    count_labels(eval, by, first, end);
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_req *req =
            narrowest(by, eval->policies[eval->entries[list[i]].policy].source);
        if (req != NULL)
            wait_at(by, req, i);
        else
            pg_vec_push(by->arena, &by->anybody, i);
    }
    for (uint32_t c = first; c < end; c++) {
        find_candidates(eval, by, c, list);
        subjects_of_class(eval, c, by->found.v, by->found.n, lists);
    }
    pg_map_free(&by->labels);
    by->labels = (struct pg_map){0};
}

void pg_compile_subjects(struct pg_eval *eval)
{
    struct pg_arena *scratch = pg_arena_new();
    struct candidates candidates = sort_candidates(eval, scratch);
    uint32_t *list = pg_arena_array(scratch, eval->nentries, sizeof *list);
    struct lists lists = {0};
    struct by_label by = {.arena = scratch};
    for (uint32_t ns = 0; ns < eval->cluster->nnamespaces; ns++) {
        uint32_t end = eval->first_of_namespace[ns + 1];
        if (eval->first_of_namespace[ns] == end)
            continue;
        uint32_t n = merge(&candidates, ns, list);
        if ((uint64_t)n * (end - eval->first_of_namespace[ns]) > MANY_PAIRS) {
            subjects_by_label(eval, &by, ns, list, n, &lists);
            continue;
        }
        for (uint32_t c = eval->first_of_namespace[ns]; c < end; c++)
            subjects_of_class(eval, c, list, n, &lists);
    }
    for (uint32_t c = eval->first_node; c < eval->first_outside; c++)
        subjects_of_class(eval, c, candidates.of_cluster, candidates.ncluster, &lists);
    pg_arena_free(scratch);
}
