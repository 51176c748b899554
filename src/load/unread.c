#include "unread.h"

#include <string.h>

/* --- what is told -------------------------------------------------------------------------------- */

static const char *keep(struct pg_loader *loader, const char *text)
{
    return text ? pg_arena_strdup(loader->cluster->arena, text) : NULL;
}

void pg_loader_origin(struct pg_loader *loader, const struct pg_origin *origin)
{
    struct pg_origin *own = pg_arena_alloc(loader->cluster->arena, sizeof *own);

    own->context = keep(loader, origin->context);
    own->server = keep(loader, origin->server);
    own->user = keep(loader, origin->user);
    own->namespace_ = keep(loader, origin->namespace_);
    own->resource_version = keep(loader, origin->resource_version);
    own->taken = keep(loader, origin->taken);
    loader->cluster->origin = own;
}

void pg_loader_groups(struct pg_loader *loader, const char *const *groups, uint32_t n)
{
    const char **own = pg_arena_array(loader->cluster->arena, n, sizeof *own);

    for (uint32_t i = 0; i < n; i++)
        own[i] = keep(loader, groups[i]);
    loader->cluster->groups = own;
    loader->cluster->ngroups = n;
}

void pg_loader_unread(struct pg_loader *loader, const struct pg_unread *unread)
{
    struct pg_unread own = {
        .what = unread->what,
        .group = keep(loader, unread->group),
        .resource = keep(loader, unread->resource),
        .kind = keep(loader, unread->kind),
        .ns = keep(loader, unread->ns),
        .reason = keep(loader, unread->reason),
        .namespaced = unread->namespaced,
    };

    const char **except = pg_arena_array(loader->cluster->arena, unread->nexcept, sizeof *except);

    for (uint32_t i = 0; i < unread->nexcept; i++)
        except[i] = keep(loader, unread->except[i]);
    own.except = except;
    own.nexcept = unread->nexcept;
    pg_vec_push(loader->work, &loader->unread, own);
}

/* --- policies ------------------------------------------------------------------------------------ */

/* Whether it may decide for nodes and what is on their network, where policies of other kinds do not reach: a
   nodeSelector of Cilium's (semantics 13.15), host endpoints of Calico's and what selects them (14.16). */
static bool is_of_nodes(const struct pg_unread *unread)
{
    static const char *const kinds[] = {"CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy",
                                        "HostEndpoint"};

    if (unread->namespaced)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(unread->kind, kinds[i]) == 0)
            return true;
    return *unread->group == '\0'; /* of any kind */
}

static void add_stand_in(struct pg_finish *finish, const struct pg_unread *unread, pg_str ns,
                         bool of_nodes)
{
    struct pg_loader *loader = finish->loader;
    struct pg_strs *strs = finish->cluster->strs;
    struct pg_raw_policy raw = {.policy.kind = PG_POLICY_UNEVALUATED, .policy.of_nodes = of_nodes};

    raw.id.ns = ns;
    raw.id.group = pg_strs_puts(strs, unread->group);
    raw.id.kind = pg_strs_puts(strs, unread->kind);
    raw.id.name = pg_strs_puts(strs, "*");
    raw.id.order = loader->order;
    raw.policy.has_type[PG_INGRESS] = raw.policy.has_type[PG_EGRESS] = true;
    raw.policy.spec_path = "spec";
    raw.policy.unread = true;
    raw.policy.why_not =
        pg_arena_printf(finish->cluster->arena, "could not be read: %s", unread->reason);
    pg_vec_push_heap(&loader->policies, raw);
}

/* One for pods, and one for nodes where it may be of those: parts of one object, as they have one order. */
static void stand_in(struct pg_finish *finish, const struct pg_unread *unread, pg_str ns,
                     bool of_nodes_only)
{
    finish->loader->order++;
    if (!of_nodes_only)
        add_stand_in(finish, unread, ns, false);
    if (is_of_nodes(unread))
        add_stand_in(finish, unread, ns, true);
}

static uint64_t key_of(const struct pg_unread *unread, const char *ns)
{
    uint64_t key = pg_hash(unread->group, strlen(unread->group) + 1, 0);

    key = pg_hash(unread->kind, strlen(unread->kind) + 1, key);
    return ns ? pg_hash(ns, strlen(ns) + 1, key) : key;
}

/* Whether the same is told of all namespaces, or was told of this one before. */
static bool was_told(struct pg_map *told, const struct pg_unread *unread, uint32_t index)
{
    const uint32_t *all = pg_map_get(told, key_of(unread, NULL));
    const uint32_t *one = pg_map_get(told, key_of(unread, unread->ns));

    return (unread->ns && all) || (one && *one != index);
}

/* By what is told of them, the first that tells it. */
static struct pg_map first_tellers(const struct pg_loader *loader)
{
    struct pg_map told = {0};

    for (uint32_t i = 0; i < loader->unread.n; i++) {
        const struct pg_unread *unread = &loader->unread.v[i];
        uint64_t key = key_of(unread, unread->ns);
        if (!pg_map_get(&told, key))
            pg_map_put(&told, key, i);
    }
    return told;
}

static void stand_in_everywhere(struct pg_finish *finish, const struct pg_unread *unread)
{
    for (uint32_t i = 0; i < finish->cluster->nnamespaces; i++)
        stand_in(finish, unread, finish->cluster->namespaces[i].name, false);
}

/* Calico's own group and the one that its objects are stored under are one. */
static const char *family(const char *group)
{
    return strcmp(group, "crd.projectcalico.org") == 0 ? "projectcalico.org" : group;
}

static bool has_policies_of(const struct pg_finish *finish, const char *group)
{
    const struct pg_loader *loader = finish->loader;

    for (uint32_t i = 0; i < loader->policies.n; i++) {
        const char *other = pg_cluster_text(finish->cluster, loader->policies.v[i].id.group);
        if (!loader->policies.v[i].policy.unread && strcmp(family(other), family(group)) == 0)
            return true;
    }
    return false;
}

static void add_policies(struct pg_finish *finish, const struct pg_unread *unread)
{
    uint32_t ns;

    if (!unread->namespaced) {
        stand_in(finish, unread, PG_STR_NONE, false);
    } else if (!unread->ns) {
        stand_in_everywhere(finish, unread);
    } else {
        ns = pg_cluster_find_namespace(finish->cluster, unread->ns);
        if (ns != PG_NONE) /* else there is nobody to be selected */
            stand_in(finish, unread, finish->cluster->namespaces[ns].name, false);
    }
}

/* Of parts one of each kind is enough, whichever namespace it is of. */
static bool is_new_part(const struct pg_loader *loader, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (loader->unread.v[i].what == PG_UNREAD_PART &&
            key_of(&loader->unread.v[i], NULL) == key_of(&loader->unread.v[index], NULL))
            return false;
    return true;
}

/* What a load would have come to that was stopped, or that found a file which can't be read to its end: policies of
   any kind, for any pod. */
static void tell_stopped(struct pg_loader *loader)
{
    const struct pg_unread rest = {
        .what = PG_UNREAD_POLICY,
        .group = "",
        .resource = "policies",
        .kind = "Policy",
        .reason = loader->stopped ? "the load was stopped" : "a file could not be read to its end",
    };

    if (loader->stopped || loader->cluster->partial)
        pg_loader_unread(loader, &rest);
}

void pg_unread_policies(struct pg_finish *finish)
{
    struct pg_loader *loader = finish->loader;
    struct pg_map told;

    tell_stopped(loader);
    told = first_tellers(loader);

    /* Which policies refer to what was not read is not looked at: one of the group is enough. Those that were not
       read themselves are unknown anyway. A host endpoint is shut without any policy. */
    for (uint32_t i = 0; i < loader->unread.n; i++) {
        const struct pg_unread *part = &loader->unread.v[i];
        if (part->what != PG_UNREAD_PART || !is_new_part(loader, i))
            continue;
        if (has_policies_of(finish, part->group))
            stand_in(finish, part, PG_STR_NONE, false);
        else if (is_of_nodes(part))
            stand_in(finish, part, PG_STR_NONE, true);
    }
    for (uint32_t i = 0; i < loader->unread.n; i++) {
        const struct pg_unread *unread = &loader->unread.v[i];
        if (unread->what == PG_UNREAD_POLICY && !was_told(&told, unread, i))
            add_policies(finish, unread);
    }
    pg_map_free(&told);
    if (loader->unread.n == 0)
        return;
    finish->cluster->nunread = loader->unread.n;
    finish->cluster->unread =
        pg_arena_array(finish->cluster->arena, loader->unread.n, sizeof *finish->cluster->unread);
    memcpy(finish->cluster->unread, loader->unread.v,
           loader->unread.n * sizeof *finish->cluster->unread);
}

/* --- labels of namespaces ------------------------------------------------------------------------ */

#define DETAIL "labels of namespaces could not be read"

struct doubt {
    struct pg_arena *arena;
    /* kubernetes.io/metadata.name is one of those whose labels are not known; in the arena. */
    struct pg_req *req;
    pg_str name_label;
};

/* Whether the selector looks at a label of namespaces that may not be known. */
static bool looks_at_labels(const struct doubt *doubt, const struct pg_selector *selector)
{
    if (!selector->present)
        return false;
    for (uint32_t i = 0; i < selector->nreqs; i++)
        if (selector->reqs[i].key != doubt->name_label)
            return true;
    return selector->expr != NULL;
}

static bool is_doubtful(const struct doubt *doubt, const struct pg_peer *peer)
{
    return peer->kind == PG_PEER_SELECTOR && looks_at_labels(doubt, &peer->namespace_selector);
}

static bool has_doubtful_part(const struct doubt *doubt, const struct pg_peer *peer)
{
    for (uint32_t i = 0; i < peer->nparts; i++)
        if (is_doubtful(doubt, &peer->parts[i]) || has_doubtful_part(doubt, &peer->parts[i]))
            return true;
    return false;
}

static struct pg_peer join(const struct doubt *doubt, enum pg_peer_kind kind,
                           const struct pg_peer *like, struct pg_peer a, struct pg_peer b)
{
    struct pg_peer *parts = pg_arena_array(doubt->arena, 2, sizeof *parts);

    parts[0] = a;
    parts[1] = b;
    return (struct pg_peer){
        .kind = kind, .parts = parts, .nparts = 2, .index = like->index, .loc = like->loc};
}

/* What the peer says of namespaces whose labels are known; and of the others, perhaps. */
static struct pg_peer with_doubt(const struct doubt *doubt, const struct pg_peer *peer)
{
    struct pg_peer unknown = *peer, known = *peer, maybe = *peer;
    struct pg_peer not_unknown;

    unknown.namespace_selector.reqs = doubt->req;
    unknown.namespace_selector.nreqs = 1;
    unknown.namespace_selector.expr = NULL;
    unknown.namespace_selector.text = NULL;
    not_unknown = unknown;
    not_unknown.pod_selector = (struct pg_selector){0};
    not_unknown.negate = true;
    maybe.kind = PG_PEER_MAYBE;
    maybe.field = "namespaceSelector";
    maybe.detail = DETAIL;
    return join(doubt, PG_PEER_ANY_OF, peer, join(doubt, PG_PEER_ALL_OF, peer, known, not_unknown),
                join(doubt, PG_PEER_ALL_OF, peer, unknown, maybe));
}

static void doubt_rule(const struct doubt *doubt, struct pg_rule *rule)
{
    struct pg_peer *peers = pg_arena_array(doubt->arena, rule->npeers, sizeof *peers);

    for (uint32_t i = 0; i < rule->npeers; i++)
        peers[i] = is_doubtful(doubt, &rule->peers[i]) ? with_doubt(doubt, &rule->peers[i])
                                                       : rule->peers[i];
    rule->peers = peers;
}

static bool rule_is_doubtful(const struct doubt *doubt, const struct pg_rule *rule, bool parts)
{
    for (uint32_t i = 0; i < rule->npeers; i++)
        if (parts ? has_doubtful_part(doubt, &rule->peers[i]) : is_doubtful(doubt, &rule->peers[i]))
            return true;
    return parts && rule->self &&
           (is_doubtful(doubt, rule->self) || has_doubtful_part(doubt, rule->self));
}

/* Whom it selects, or how it goes about it, hangs on labels that are not known. */
static bool policy_is_doubtful(const struct doubt *doubt, const struct pg_policy *policy)
{
    if (looks_at_labels(doubt, &policy->namespace_selector))
        return true;
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t r = 0; r < policy->nrules[dir]; r++)
            if (rule_is_doubtful(doubt, &policy->rules[dir][r], true))
                return true;
    return false;
}

static void give_up(struct pg_cluster *cluster, struct pg_policy *policy)
{
    struct pg_policy left = {.kind = PG_POLICY_UNEVALUATED,
                             .group = policy->group,
                             .kind_name = policy->kind_name,
                             .ns = policy->ns,
                             .name = policy->name,
                             .has_type = {policy->has_type[0], policy->has_type[1]},
                             .tier = policy->tier,
                             .spec_path = policy->spec_path,
                             .why_not = "selects namespaces by labels, and " DETAIL,
                             .loc = policy->loc,
                             .end = policy->end};

    *policy = left;
    cluster->nunevaluated++;
}

static void doubt_policy(const struct doubt *doubt, struct pg_policy *policy)
{
    for (int dir = 0; dir < 2; dir++) {
        struct pg_rule *rules = NULL;
        for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
            if (!rule_is_doubtful(doubt, &policy->rules[dir][r], false))
                continue;
            if (!rules) {
                rules = pg_arena_array(doubt->arena, policy->nrules[dir], sizeof *rules);
                memcpy(rules, policy->rules[dir], policy->nrules[dir] * sizeof *rules);
                policy->rules[dir] = rules;
            }
            doubt_rule(doubt, &rules[r]);
        }
    }
}

static bool namespaces_are_unread(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (strcmp(cluster->unread[i].resource, "namespaces") == 0)
            return true;
    return false;
}

void pg_unread_labels(struct pg_finish *finish)
{
    struct pg_cluster *cluster = finish->cluster;
    struct doubt doubt = {.arena = cluster->arena};
    pg_str *names;
    uint32_t n = 0;

    if (!namespaces_are_unread(cluster))
        return;
    names = pg_arena_array(cluster->arena, cluster->nnamespaces, sizeof *names);
    for (uint32_t i = 0; i < cluster->nnamespaces; i++)
        if (cluster->namespaces[i].synthesised) {
            cluster->namespaces[i].labels_unread = true;
            names[n++] = cluster->namespaces[i].name;
        }
    doubt.name_label = pg_strs_puts(cluster->strs, PG_NAME_LABEL);
    doubt.req = pg_arena_alloc(cluster->arena, sizeof *doubt.req);
    *doubt.req =
        (struct pg_req){.key = doubt.name_label, .op = PG_OP_IN, .values = names, .nvalues = n};
    for (uint32_t i = 0; i < cluster->npolicies && n > 0; i++) {
        struct pg_policy *policy = &cluster->policies[i];
        if (policy->kind == PG_POLICY_UNEVALUATED)
            continue;
        if (policy_is_doubtful(&doubt, policy))
            give_up(cluster, policy);
        else
            doubt_policy(&doubt, policy);
    }
}
