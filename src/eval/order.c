/*
 * The order in which policies are asked, for each engine (semantics 18): the entries and tiers that
 * eval_internal.h describes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval_internal.h"
#include "polgrid/vec.h"

/* Where an entry stands, before it has its numbers. */
struct place {
    double tier_order;
    const char *tier; /* name: breaks ties of order, and keeps tiers apart */
    double order;
    const char *name, *ns, *kind; /* break ties of order, where ties are broken (Calico) */
    bool tier_denies, by_action;
    struct entry entry;
};

typedef PG_VEC(struct place) place_vec;

/* The fixed orders of Calico's own tiers (semantics 14.1). */
#define CALICO_ADMIN_ORDER    1000.0
#define CALICO_DEFAULT_ORDER  1000000.0
#define CALICO_BASELINE_ORDER 10000000.0
/* Where Kubernetes NetworkPolicies sit in the tier "default" (14.5). */
#define CALICO_NETWORK_ORDER 1000.0

/* What is of a plugin and not evaluated (a host policy, a policy of a tier that was not read) still says which
   plugin it is. */
static bool is_of(const struct pg_cluster *cluster, const struct pg_policy *policy,
                  enum pg_policy_kind kind, const char *group)
{
    return policy->kind == kind || (policy->kind == PG_POLICY_UNEVALUATED &&
                                    strcmp(pg_cluster_text(cluster, policy->group), group) == 0);
}

static enum pg_engine engine_of(const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = eval->cluster;
    if (eval->assume.engine != PG_ENGINE_AUTO)
        return eval->assume.engine;
    bool cilium = false, calico = false;
    for (uint32_t p = 0; p < cluster->npolicies; p++) {
        const struct pg_policy *policy = &cluster->policies[p];
        cilium |= is_of(cluster, policy, PG_POLICY_CILIUM, "cilium.io");
        calico |= is_of(cluster, policy, PG_POLICY_CALICO, "projectcalico.org");
    }
    if (cilium == calico) /* neither; or both, and no plugin reads both: the other's stay unknown */
        return PG_ENGINE_K8S;
    return cilium ? PG_ENGINE_CILIUM : PG_ENGINE_CALICO;
}

static bool has_kind(const struct pg_cluster *cluster, enum pg_policy_kind kind)
{
    for (uint32_t p = 0; p < cluster->npolicies; p++)
        if (cluster->policies[p].kind == kind)
            return true;
    return false;
}

/* Of two generations of admin policies one is evaluated: how they combine is not defined (12.11). */
static bool admin_generation(const struct pg_eval *eval, enum pg_policy_kind kind)
{
    bool newer = eval->assume.admin_api == PG_ADMIN_API_NEWEST
                     ? has_kind(eval->cluster, PG_POLICY_CLUSTER)
                     : eval->assume.admin_api == PG_ADMIN_API_V1ALPHA2;
    return (kind == PG_POLICY_CLUSTER) == newer;
}

static bool evaluated(const struct pg_eval *eval, enum pg_engine engine, enum pg_policy_kind kind)
{
    switch (kind) {
    case PG_POLICY_NETWORK: return true;
    case PG_POLICY_ADMIN:
    case PG_POLICY_BASELINE_ADMIN: return engine == PG_ENGINE_K8S && admin_generation(eval, kind);
    case PG_POLICY_CLUSTER: /* Calico has tiers for it (14.19) */
        return engine != PG_ENGINE_CILIUM && admin_generation(eval, kind);
    case PG_POLICY_CILIUM: return engine == PG_ENGINE_CILIUM;
    case PG_POLICY_CALICO: return engine == PG_ENGINE_CALICO;
    case PG_POLICY_UNEVALUATED: break;
    }
    return false;
}

static struct place place_of_k8s(const struct pg_cluster *cluster, const struct pg_policy *policy)
{
    static const struct place network = {
        .tier_order = 1, .tier = "", .tier_denies = true, .entry = {.unordered = true}};
    static const struct place admin = {.tier_order = 0, .tier = "", .by_action = true};
    static const struct place baseline = {.tier_order = 2, .tier = "", .by_action = true};
    struct place place = network;
    if (policy->kind == PG_POLICY_BASELINE_ADMIN)
        place = baseline;
    else if (policy->kind == PG_POLICY_ADMIN)
        place = admin;
    else if (policy->kind == PG_POLICY_CLUSTER)
        place =
            strcmp(pg_cluster_text(cluster, policy->tier.name), "Baseline") == 0 ? baseline : admin;
    if (policy->kind != PG_POLICY_NETWORK)
        place.order = policy->order;
    place.name = place.ns = place.kind = "";
    return place;
}

/* Ties are broken by one text, name/namespace/kind (semantics 14.1): "a-b" comes before "a", since - sorts
   before the slash. What is no policy of Calico's has a kind of its own there. */
static const char *calico_text(struct pg_eval *eval, const struct pg_policy *policy)
{
    const struct pg_cluster *cluster = eval->cluster;
    const char *ns = "", *kind = pg_cluster_text(cluster, policy->kind_name);
    if (policy->ns != PG_NONE)
        ns = pg_cluster_text(cluster, cluster->namespaces[policy->ns].name);
    return pg_arena_printf(eval->arena, "%s/%s/%s%s", pg_cluster_text(cluster, policy->name), ns,
                           policy->kind == PG_POLICY_CALICO ? "" : "Kubernetes", kind);
}

static struct place place_of_calico(struct pg_eval *eval, const struct pg_policy *policy)
{
    const struct pg_cluster *cluster = eval->cluster;
    struct place place = {.tier = "default",
                          .tier_order = CALICO_DEFAULT_ORDER,
                          .tier_denies = true,
                          .order = policy->order,
                          .name = calico_text(eval, policy),
                          .ns = "",
                          .kind = ""};
    if (policy->kind == PG_POLICY_NETWORK) {
        place.order = CALICO_NETWORK_ORDER;
        place.entry.unordered = true;
    } else if (policy->kind == PG_POLICY_CLUSTER) {
        bool baseline = strcmp(pg_cluster_text(cluster, policy->tier.name), "Baseline") == 0;
        place.tier = baseline ? "kube-baseline" : "kube-admin";
        place.tier_order = baseline ? CALICO_BASELINE_ORDER : CALICO_ADMIN_ORDER;
        place.tier_denies = false;
    } else {
        place.tier = pg_cluster_text(cluster, policy->tier.name);
        place.tier_order = policy->tier.order;
        place.tier_denies = !policy->tier.pass;
    }
    return place;
}

/* Denies first, from wherever they come (semantics 13.10); in one tier that isolates. */
static struct place place_of_cilium(enum part part)
{
    return (struct place){.tier = "",
                          .tier_denies = true,
                          .order = part == PART_DENIES ? 0 : 1,
                          .name = "",
                          .ns = "",
                          .kind = "",
                          .entry = {.part = (uint8_t)part, .unordered = true}};
}

static int compare_doubles(double a, double b)
{
    return a < b ? -1 : a > b;
}

/* By tier, then by order, then by the texts. Policies alike in all of these are of one group. */
static int compare_rank(const struct place *a, const struct place *b)
{
    int order = compare_doubles(a->order, b->order);
    if (order == 0)
        order = strcmp(a->name, b->name);
    if (order == 0)
        order = strcmp(a->ns, b->ns);
    return order != 0 ? order : strcmp(a->kind, b->kind);
}

static int compare_tiers(const struct place *a, const struct place *b)
{
    int order = compare_doubles(a->tier_order, b->tier_order);
    return order != 0 ? order : strcmp(a->tier, b->tier);
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = compare_tiers(x, y);
    if (order == 0)
        order = compare_rank(x, y);
    if (order != 0)
        return order;
    return x->entry.policy < y->entry.policy ? -1 : x->entry.policy > y->entry.policy;
}

static bool same_group(const struct place *a, const struct place *b)
{
    return compare_rank(a, b) == 0 ||
           (a->entry.unordered && b->entry.unordered && a->entry.part == b->entry.part);
}

static void add_policy(struct pg_eval *eval, place_vec *places, enum pg_engine engine, uint32_t p)
{
    const struct pg_policy *source = eval->policies[p].source;
    struct place place;
    if (engine == PG_ENGINE_CILIUM) {
        place = place_of_cilium(PART_DENIES);
        place.entry.policy = p;
        if (source->kind == PG_POLICY_CILIUM)
            pg_vec_push(eval->arena, places, place);
        place = place_of_cilium(PART_ALLOWS);
    } else if (engine == PG_ENGINE_CALICO) {
        place = place_of_calico(eval, source);
    } else {
        place = place_of_k8s(eval->cluster, source);
    }
    place.entry.policy = p;
    pg_vec_push(eval->arena, places, place);
}

/* Numbers tiers and groups along the sorted places. */
static void number(struct pg_eval *eval, const place_vec *places)
{
    eval->entries = pg_arena_array(eval->arena, places->n, sizeof *eval->entries);
    eval->tiers = pg_arena_array(eval->arena, (size_t)places->n + 1, sizeof *eval->tiers);
    uint32_t group = 0;
    for (uint32_t i = 0; i < places->n; i++) {
        const struct place *place = &places->v[i], *last = i > 0 ? place - 1 : NULL;
        if (last == NULL || compare_tiers(last, place) != 0)
            eval->tiers[eval->ntiers++] =
                (struct tier){.denies = place->tier_denies, .by_action = place->by_action};
        else if (same_group(last, place))
            group--; /* taken back below */
        eval->entries[i] = place->entry;
        eval->entries[i].tier = eval->ntiers - 1;
        eval->entries[i].group = group++;
    }
    eval->nentries = places->n;
}

void pg_compile_order(struct pg_eval *eval)
{
    enum pg_engine engine = engine_of(eval);
    place_vec places = {0};
    /* What can't be evaluated is asked too, in a place of its own behind the rest: it makes what it
       selects unknown. */
    PG_VEC(uint32_t) others = {0};
    eval->engine = engine;
    for (uint32_t p = 0; p < eval->cluster->npolicies; p++) {
        struct policy *policy = &eval->policies[p];
        policy->unevaluated = !evaluated(eval, engine, policy->source->kind);
        if (policy->unevaluated)
            pg_vec_push(eval->arena, &others, p);
        else if (policy->source->kind != PG_POLICY_NETWORK ||
                 !eval->assume.not_enforced) /* semantics 8.10 */
            add_policy(eval, &places, engine, p);
    }
    if (places.n > 1)
        qsort(places.v, places.n, sizeof *places.v, compare_places);
    for (uint32_t i = 0; i < others.n; i++)
        pg_vec_push(eval->arena, &places,
                    ((struct place){.tier_order = INFINITY,
                                    .tier = "\177",
                                    .name = "",
                                    .ns = "",
                                    .kind = "",
                                    .entry = {.policy = others.v[i], .unordered = true}}));
    number(eval, &places);
}
