/* pg_calico_finish() of calico.h: policies find their tiers, selectors the labels that there are. */
#include "finish_calico.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

static const char *text_of(const struct pg_calico_finish *finish, pg_str str)
{
    return pg_cluster_text(finish->cluster, str);
}

/* "GlobalNetworkPolicy name", "NetworkPolicy ns/name" */
static const char *object_of(const struct pg_calico_finish *finish, const struct pg_raw_id *id,
                             const char *kind)
{
    const char *ns = text_of(finish, id->ns);

    return pg_arena_printf(finish->work, "%s %s%s%s", id->kind ? text_of(finish, id->kind) : kind,
                           ns, *ns ? "/" : "", text_of(finish, id->name));
}

/* --- objects that were read twice ------------------------------------------------------------------ */

/* The key of an object in a map: probed until it is this object's or free. */
static uint64_t probe(const struct pg_map *map, char *base, size_t size, const struct pg_raw_id *id)
{
    pg_str names[3] = {id->kind, id->ns, id->name};
    uint64_t key = pg_hash(names, sizeof names, 0);
    const uint32_t *place;

    for (; (place = pg_map_get(map, key)) != NULL; key++) {
        const struct pg_raw_id *found = (const void *)(base + *place * size);
        if (found->kind == id->kind && found->ns == id->ns && found->name == id->name)
            break;
    }
    return key;
}

/* Of records with one name the last one read counts, and is told about (semantics 1.5). An id is the first
   member of its record. Returns how many are left. */
static uint32_t keep_last(const struct pg_calico_finish *finish, void *records, uint32_t n,
                          size_t size, const char *kind)
{
    struct pg_map seen = {0};
    char *base = records;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        const struct pg_raw_id *id = (const void *)(base + i * size);
        uint64_t key = probe(&seen, base, size, id);
        const uint32_t *place = pg_map_get(&seen, key);
        uint32_t to = place ? *place : kept++;
        const struct pg_raw_id *lost = (const void *)(base + to * size);
        if (place)
            pg_tell(finish->loader, PG_CODE_OBJ_DUPLICATE, PG_SEVERITY_WARNING, id->loc,
                    object_of(finish, id, kind), NULL,
                    "read before at %.300s:%u; this one was read last and counts",
                    finish->loader->files.v[lost->loc.file].name, lost->loc.line);
        if (to != i)
            memcpy(base + to * size, base + i * size, size);
        pg_map_put(&seen, key, to);
    }
    pg_map_free(&seen);
    return kept;
}

/* --- by name ------------------------------------------------------------------------------------- */

static void index_names(struct pg_calico_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_calico *calico = finish->calico;

    calico->tiers.n =
        keep_last(finish, calico->tiers.v, calico->tiers.n, sizeof *calico->tiers.v, "Tier");
    calico->sets.n = keep_last(finish, calico->sets.v, calico->sets.n, sizeof *calico->sets.v, "");
    calico->accounts.n = keep_last(finish, calico->accounts.v, calico->accounts.n,
                                   sizeof *calico->accounts.v, "ServiceAccount");
    for (uint32_t i = 0; i < calico->accounts.n; i++)
        pg_map_put(&finish->accounts,
                   PG_MAP_PAIR(calico->accounts.v[i].id.ns, calico->accounts.v[i].id.name), i);
    for (uint32_t i = 0; i < loader->namespaces.n; i++)
        pg_map_put(&finish->namespaces, loader->namespaces.v[i].id.name, i);
    for (uint32_t i = 0; i < loader->nodes.n; i++)
        pg_map_put(&finish->nodes, loader->nodes.v[i].id.name, i);
    for (uint32_t i = 0; i < loader->services.n; i++)
        pg_map_put(&finish->services,
                   PG_MAP_PAIR(loader->services.v[i].id.ns, loader->services.v[i].id.name), i);
}

static int compare_usage(const void *left, const void *right)
{
    const struct pg_calico_usage *a = left, *b = right;

    if (a->ns != b->ns)
        return a->ns < b->ns ? -1 : 1;
    return a->name < b->name ? -1 : a->name > b->name;
}

static void add_usage(struct pg_calico_finish *finish, struct pg_map *seen, pg_str ns, pg_str name)
{
    if (pg_map_get(seen, PG_MAP_PAIR(ns, name)))
        return;
    pg_map_put(seen, PG_MAP_PAIR(ns, name), 1);
    pg_vec_push(finish->work, &finish->usage, ((struct pg_calico_usage){ns, name}));
}

static void collect_usage(struct pg_calico_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_map seen = {0};

    for (uint32_t i = 0; i < loader->pods.n; i++)
        add_usage(finish, &seen, loader->pods.v[i].id.ns, loader->pods.v[i].pod.service_account);
    for (uint32_t i = 0; i < loader->workloads.n; i++)
        add_usage(finish, &seen, loader->workloads.v[i].id.ns,
                  loader->workloads.v[i].pod.service_account);
    if (finish->usage.n > 1)
        qsort(finish->usage.v, finish->usage.n, sizeof *finish->usage.v, compare_usage);
    pg_map_free(&seen);
}

/* --- the values that labels have ------------------------------------------------------------------- */

typedef PG_VEC(struct pg_label) label_vec;

struct universe {
    struct pg_arena *work;
    struct pg_map seen;
    label_vec labels;
};

static void see_label(struct universe *universe, pg_str key, pg_str value)
{
    uint64_t pair = PG_MAP_PAIR(key, value);

    if (pg_map_get(&universe->seen, pair))
        return;
    pg_map_put(&universe->seen, pair, 1);
    pg_vec_push(universe->work, &universe->labels, ((struct pg_label){key, value}));
}

static void see_labels(struct universe *universe, struct pg_labels labels)
{
    for (uint32_t i = 0; i < labels.n; i++)
        see_label(universe, labels.v[i].key, labels.v[i].value);
}

static void see_everything(const struct pg_calico_finish *finish, struct universe *universe)
{
    const struct pg_loader *loader = finish->loader;
    const struct pg_calico *calico = finish->calico;

    for (uint32_t i = 0; i < loader->pods.n; i++)
        see_labels(universe, loader->pods.v[i].pod.labels);
    for (uint32_t i = 0; i < loader->workloads.n; i++)
        see_labels(universe, loader->workloads.v[i].pod.labels);
    for (uint32_t i = 0; i < loader->namespaces.n; i++)
        see_labels(universe, loader->namespaces.v[i].labels);
    for (uint32_t i = 0; i < calico->sets.n; i++) {
        see_labels(universe, calico->sets.v[i].labels);
        if (calico->sets.v[i].id.ns) /* which nobody else may speak of */
            see_label(universe, finish->ns_name_key, calico->sets.v[i].id.ns);
    }
    for (uint32_t i = 0; i < calico->accounts.n; i++)
        see_labels(universe, calico->accounts.v[i].labels);
    /* What is added to pods and to namespaces that nobody defines. */
    for (uint32_t i = 0; i < finish->usage.n; i++) {
        const struct pg_calico_usage *usage = &finish->usage.v[i];
        see_label(universe, finish->namespace_key, usage->ns);
        see_label(universe, finish->account_key, usage->name);
        see_label(universe, finish->name_key, usage->name);
        see_label(universe, finish->ns_name_key, usage->ns);
    }
    see_label(universe, finish->orchestrator_key, pg_strs_puts(finish->cluster->strs, "k8s"));
}

static void settle_selectors(struct pg_calico_finish *finish)
{
    struct universe universe = {.work = finish->work};
    bool needed = false;

    for (uint32_t i = 0; i < finish->calico->selectors.n; i++)
        needed = needed || finish->calico->selectors.v[i]->terms;
    if (!needed)
        return;
    see_everything(finish, &universe);
    for (uint32_t i = 0; i < finish->calico->selectors.n; i++)
        pg_calico_selector_settle(finish->calico->selectors.v[i], finish->arena,
                                  finish->cluster->strs, universe.labels.v, universe.labels.n);
    pg_map_free(&universe.seen);
}

/* --- service accounts ---------------------------------------------------------------------------- */

enum truth {
    NO,
    MAYBE,
    YES,
};

/* An expression over labels of which, unless `all`, others may exist than those that are known. */
static enum truth truth_of(const struct pg_expr *expr, struct pg_labels labels, bool all)
{
    enum truth left, right;

    switch (expr->kind) {
    case PG_EXPR_ALL: return YES;
    case PG_EXPR_REQ: {
        struct pg_selector one = {.reqs = &expr->req, .nreqs = 1, .present = true};
        if (!all && pg_labels_get(labels, expr->req.key) == PG_STR_NONE)
            return MAYBE;
        return pg_selector_matches(&one, labels) ? YES : NO;
    }
    case PG_EXPR_NOT: return YES - truth_of(expr->left, labels, all);
    case PG_EXPR_AND:
    case PG_EXPR_OR: break;
    }
    left = truth_of(expr->left, labels, all);
    right = truth_of(expr->right, labels, all);
    return (left < right) == (expr->kind == PG_EXPR_AND) ? left : right;
}

/* Whether the service account of a pod is meant. One that was not read has its name, and labels that nobody
   knows. */
static enum truth account_truth(const struct pg_calico_finish *finish,
                                const struct pg_calico_usage *usage,
                                const struct pg_calico_selector *selector)
{
    struct pg_label name = {finish->name_key, usage->name};
    const uint32_t *index = pg_map_get(&finish->accounts, PG_MAP_PAIR(usage->ns, usage->name));

    if (index)
        return truth_of(selector->expr, finish->calico->accounts.v[*index].labels, true);
    return truth_of(selector->expr, (struct pg_labels){&name, 1}, false);
}

static const struct pg_expr *is_in(const struct pg_calico_finish *finish, pg_str key,
                                   const pg_str *values, uint32_t n)
{
    struct pg_expr *expr = pg_arena_alloc(finish->arena, sizeof *expr);
    pg_str *copy = pg_arena_array(finish->arena, n, sizeof *copy);

    memcpy(copy, values, n * sizeof *copy);
    *expr = (struct pg_expr){
        .kind = PG_EXPR_REQ,
        .req = {.key = key, .op = PG_OP_IN, .values = copy, .nvalues = n},
    };
    return expr;
}

static bool listed(const pg_str *names, uint32_t n, pg_str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (names[i] == name)
            return true;
    return false;
}

/* Pods of those accounts of which the selector is as true as wanted; namespace by namespace. */
static const struct pg_expr *pods_of(struct pg_calico_finish *finish, const pg_str *names,
                                     uint32_t nnames, const struct pg_calico_selector *selector,
                                     enum truth wanted)
{
    PG_VEC(const struct pg_expr *) all = {0};
    PG_VEC(pg_str) of_namespace = {0};

    for (uint32_t i = 0; i < finish->usage.n; i++) {
        const struct pg_calico_usage *usage = &finish->usage.v[i];
        bool last = i + 1 == finish->usage.n || usage[1].ns != usage->ns;
        if ((nnames == 0 || listed(names, nnames, usage->name)) &&
            account_truth(finish, usage, selector) == wanted)
            pg_vec_push(finish->work, &of_namespace, usage->name);
        if (!last || of_namespace.n == 0)
            continue;
        pg_vec_push(
            finish->work, &all,
            pg_calico_expr_and(finish->arena, is_in(finish, finish->namespace_key, &usage->ns, 1),
                               is_in(finish, finish->account_key, of_namespace.v, of_namespace.n)));
        of_namespace.n = 0;
    }
    return all.n ? pg_calico_expr_join(finish->arena, PG_EXPR_OR, all.v, all.n) : NULL;
}

struct pg_calico_by_account pg_calico_accounts(struct pg_calico_finish *finish, const pg_str *names,
                                               uint32_t n, const struct pg_calico_selector *selector)
{
    finish->by_account = true;
    if (!selector)
        return (struct pg_calico_by_account){is_in(finish, finish->account_key, names, n), NULL};
    return (struct pg_calico_by_account){pods_of(finish, names, n, selector, YES),
                                         pods_of(finish, names, n, selector, MAYBE)};
}

/* --- subjects ------------------------------------------------------------------------------------ */

static struct pg_selector selector_of(const struct pg_calico_selector *selector)
{
    if (!selector)
        return (struct pg_selector){0};
    return (struct pg_selector){
        .present = true, .expr = selector->expr, .text = selector->text, .loc = selector->loc};
}

/* The policy's selector and serviceAccountSelector, of which the second may leave pods in doubt. */
static void finish_subject(struct pg_calico_finish *finish, const struct pg_calico_policy *policy,
                           struct pg_policy *out)
{
    const struct pg_expr *pods = policy->selector ? policy->selector->expr : NULL;
    struct pg_calico_by_account by;

    if (policy->selector)
        out->pod_selector = selector_of(policy->selector);
    out->namespace_selector = selector_of(policy->namespaces);
    if (!policy->accounts)
        return;
    by = pg_calico_accounts(finish, NULL, 0, policy->accounts);
    out->pod_selector.present = true;
    out->pod_selector.loc = policy->accounts->loc;
    out->pod_selector.text = pg_arena_printf(finish->arena, "%s%sservice account: %s",
                                             policy->selector ? policy->selector->text : "",
                                             policy->selector ? ", " : "", policy->accounts->text);
    out->pod_selector.expr =
        pg_calico_expr_and(finish->arena, pods, by.sure ? by.sure : finish->never);
    if (!by.maybe)
        return;
    out->maybe_selector = out->pod_selector;
    out->maybe_selector.expr = pg_calico_expr_and(finish->arena, pods, by.maybe);
    out->maybe_field = "spec.serviceAccountSelector";
    out->maybe_detail = "the labels of the pod's service account are not known";
}

/* A policy that is not evaluated has its say over everything that it may select. */
static void widen_subject(struct pg_calico_finish *finish, struct pg_policy *out)
{
    const struct pg_expr *both[] = {out->pod_selector.expr, out->maybe_selector.expr};

    if (!out->maybe_selector.present)
        return;
    out->pod_selector.expr = pg_calico_expr_join(finish->arena, PG_EXPR_OR, both, 2);
    out->maybe_selector = (struct pg_selector){0};
}

static void select_no_pod(const struct pg_calico_finish *finish, struct pg_policy *out)
{
    out->namespace_selector = out->maybe_selector = (struct pg_selector){0};
    out->pod_selector = (struct pg_selector){.present = true, .expr = finish->never, .text = "none"};
}

/* --- host endpoints ------------------------------------------------------------------------------ */

static void add_host(struct pg_calico_finish *finish, struct pg_policy *out, pg_str node)
{
    pg_str *hosts;

    if (listed(out->hosts, out->nhosts, node))
        return;
    hosts = pg_arena_array(finish->arena, (size_t)out->nhosts + 1, sizeof *hosts);
    if (out->nhosts)
        memcpy(hosts, out->hosts, out->nhosts * sizeof *hosts);
    hosts[out->nhosts++] = node;
    out->hosts = hosts;
}

static void tell_hosts(const struct pg_calico_finish *finish, const struct pg_raw_id *id,
                       const struct pg_policy *out)
{
    pg_tell(
        finish->loader, PG_CODE_POLICY_UNEVALUATED, PG_SEVERITY_WARNING, id->loc,
        object_of(finish, id, ""), NULL,
        "host endpoints are not evaluated: what node %s%s and its pods on the host network send "
        "and receive is shown as unknown",
        text_of(finish, out->hosts[0]), out->nhosts > 1 ? " (and others)" : "");
}

/* The nodes whose host endpoints a policy selects (semantics 14.16). They are in no namespace, and run as no
   service account. */
static void finish_hosts(struct pg_calico_finish *finish, const struct pg_calico_policy *policy,
                         struct pg_policy *out)
{
    if (policy->raw.id.ns || policy->namespaces || policy->accounts || out->staged)
        return;
    for (uint32_t i = 0; i < finish->calico->sets.n; i++) {
        const struct pg_calico_set *set = &finish->calico->sets.v[i];
        struct pg_selector selector = selector_of(policy->selector);
        if (set->node && pg_selector_matches(&selector, set->labels))
            add_host(finish, out, set->node);
    }
    if (out->nhosts > 0 && !policy->hosts_only)
        tell_hosts(finish, &policy->raw.id, out);
}

/* A host endpoint without policies shuts its node: it is listed as what it does is. */
static void add_host_endpoint(struct pg_calico_finish *finish, const struct pg_calico_set *set)
{
    struct pg_raw_policy raw = {.id = set->id};

    if (!set->node || set->is_open)
        return;
    raw.policy.kind = PG_POLICY_UNEVALUATED;
    raw.policy.has_type[PG_INGRESS] = raw.policy.has_type[PG_EGRESS] = true;
    raw.policy.loc = raw.policy.end = set->id.loc;
    raw.policy.why_not = "protects a node, which is not evaluated";
    select_no_pod(finish, &raw.policy);
    add_host(finish, &raw.policy, set->node);
    tell_hosts(finish, &raw.id, &raw.policy);
    pg_vec_push_heap(&finish->loader->policies, raw);
}

/* --- tiers and policies -------------------------------------------------------------------------- */

static bool find_tier(const struct pg_calico_finish *finish, pg_str name, struct pg_tier *tier)
{
    tier->name = name;
    if (pg_calico_builtin_tier(text_of(finish, name), &tier->order, &tier->pass))
        return true;
    for (uint32_t i = 0; i < finish->calico->tiers.n; i++)
        if (finish->calico->tiers.v[i].id.name == name) {
            tier->order = finish->calico->tiers.v[i].order;
            tier->pass = finish->calico->tiers.v[i].pass;
            return true;
        }
    tier->order = INFINITY;
    return false;
}

static void unevaluated(struct pg_calico_finish *finish, const struct pg_calico_policy *policy,
                        struct pg_policy *out, const char *why)
{
    out->kind = PG_POLICY_UNEVALUATED;
    out->why_not = why;
    widen_subject(finish, out);
    if (policy->hosts_only)
        select_no_pod(finish, out);
    pg_tell(finish->loader, PG_CODE_POLICY_UNEVALUATED, PG_SEVERITY_WARNING, policy->raw.id.loc,
            object_of(finish, &policy->raw.id, ""), NULL, "this policy %s", why);
}

/* NULL where the policy can be evaluated. */
static const char *why_unevaluated(struct pg_calico_finish *finish,
                                   const struct pg_calico_policy *policy, bool has_tier)
{
    if (policy->hosts_only)
        return pg_arena_printf(finish->arena,
                               "is one of host endpoints (%s), which are not evaluated; it does "
                               "not touch pods",
                               policy->hosts_only);
    if (policy->broken)
        return pg_arena_printf(finish->arena, "has a selector that can't be read (%s)",
                               policy->broken);
    if (!has_tier)
        return pg_arena_printf(
            finish->arena, "is in the tier %s, which was not read: when it is asked is not known",
            text_of(finish, policy->tier));
    return NULL;
}

static void finish_policy(struct pg_calico_finish *finish, const struct pg_calico_policy *policy)
{
    struct pg_raw_policy raw = policy->raw;
    struct pg_policy *out = &raw.policy;
    bool has_tier = find_tier(finish, policy->tier, &out->tier);
    const char *why = why_unevaluated(finish, policy, has_tier);

    finish_subject(finish, policy, out);
    finish_hosts(finish, policy, out);
    if (why && !out->staged) {
        unevaluated(finish, policy, out, why);
    } else {
        for (int dir = 0; dir < 2; dir++) {
            out->isolates[dir] = out->has_type[dir];
            pg_calico_finish_rules(finish, policy, (enum pg_dir)dir, out);
        }
    }
    pg_vec_push_heap(&finish->loader->policies, raw);
}

/* --- labels of pods ------------------------------------------------------------------------------ */

/* Adds, or replaces: Calico does not ask what a pod says itself. */
static void set_label(struct pg_label *labels, uint32_t *n, pg_str key, pg_str value)
{
    uint32_t i = 0;

    while (i < *n && labels[i].key != key)
        i++;
    labels[i] = (struct pg_label){key, value};
    *n += i == *n;
}

/* Which of the automatic labels somebody asks for: nobody else needs to see them. */
struct asked {
    bool ns, account, orchestrator;
};

static struct pg_labels automatic(const struct pg_calico_finish *finish, const struct asked *asked,
                                  const struct pg_pod *pod, pg_str ns)
{
    uint32_t n = pod->labels.n;
    struct pg_label *labels = pg_arena_array(finish->arena, (size_t)n + 3, sizeof *labels);

    if (n)
        memcpy(labels, pod->labels.v, n * sizeof *labels);
    if (asked->ns)
        set_label(labels, &n, finish->namespace_key, ns);
    if (asked->account)
        set_label(labels, &n, finish->account_key, pod->service_account);
    if (asked->orchestrator)
        set_label(labels, &n, finish->orchestrator_key, pg_strs_puts(finish->cluster->strs, "k8s"));
    return pg_decode_sort_labels(labels, n);
}

static void label_pods(struct pg_calico_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct asked asked = {.ns = finish->by_account, .account = finish->by_account};

    for (uint32_t i = 0; i < finish->calico->selectors.n; i++) {
        const struct pg_expr *expr = finish->calico->selectors.v[i]->expr;
        asked.ns = asked.ns || pg_calico_expr_asks(expr, finish->namespace_key);
        asked.account = asked.account || pg_calico_expr_asks(expr, finish->account_key);
        asked.orchestrator =
            asked.orchestrator || pg_calico_expr_asks(expr, finish->orchestrator_key);
    }
    if (!asked.ns && !asked.account && !asked.orchestrator)
        return;
    for (uint32_t i = 0; i < loader->pods.n; i++)
        loader->pods.v[i].pod.labels =
            automatic(finish, &asked, &loader->pods.v[i].pod, loader->pods.v[i].id.ns);
    for (uint32_t i = 0; i < loader->workloads.n; i++)
        loader->workloads.v[i].pod.labels =
            automatic(finish, &asked, &loader->workloads.v[i].pod, loader->workloads.v[i].id.ns);
}

/* --- the whole ------------------------------------------------------------------------------------- */

void pg_calico_finish(struct pg_loader *loader)
{
    struct pg_strs *strs = loader->cluster->strs;
    struct pg_calico_finish finish = {
        .loader = loader,
        .cluster = loader->cluster,
        .calico = loader->calico,
        .arena = loader->cluster->arena,
        .work = loader->work,
    };

    if (!loader->calico || loader->calico->policies.n + loader->calico->sets.n == 0)
        return;
    finish.namespace_key = pg_strs_puts(strs, PG_CALICO_NAMESPACE);
    finish.account_key = pg_strs_puts(strs, PG_CALICO_ACCOUNT);
    finish.orchestrator_key = pg_strs_puts(strs, PG_CALICO_ORCHESTRATOR);
    finish.name_key = pg_strs_puts(strs, PG_CALICO_NAME);
    finish.ns_name_key = pg_strs_puts(strs, PG_NAME_LABEL);
    finish.never = pg_calico_expr_join(finish.arena, PG_EXPR_OR, NULL, 0);
    index_names(&finish);
    collect_usage(&finish);
    settle_selectors(&finish);
    for (uint32_t i = 0; i < loader->calico->policies.n; i++)
        finish_policy(&finish, &loader->calico->policies.v[i]);
    for (uint32_t i = 0; i < loader->calico->sets.n; i++)
        add_host_endpoint(&finish, &loader->calico->sets.v[i]);
    label_pods(&finish);
    pg_map_free(&finish.accounts);
    pg_map_free(&finish.namespaces);
    pg_map_free(&finish.services);
    pg_map_free(&finish.nodes);
}
