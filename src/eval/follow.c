/*
 * The follower: objects in slots, and what an event does to them. What is compiled of them is seen to by
 * follow_classes.c and follow_policies.c, as long as it is not stale.
 */
#include "polgrid/follow.h"

#include <assert.h>
#include <string.h>

#include "follow_internal.h"

#define NAME_LABEL "kubernetes.io/metadata.name"

/* Room for what is new until the state is compiled anew. */
#define MORE_NAMESPACES(n) ((n) + (n) / 4 + 64)
#define MORE_NODES(n)      ((n) + (n) / 4 + 16)
#define MORE_BYTES(n)      (2 * (n) + ((size_t)64 << 20))
#define MORE_STRINGS(n)    (2 * (n) + 1000000)
/* Port sets and named ports that are remembered. */
#define MOST_SETS  1000000
#define MOST_NAMED 1000000

void pg_follow_make_stale(struct pg_follow *follow, enum pg_stale reason)
{
    if (follow->stale == PG_STALE_NOT)
        follow->stale = reason;
}

static bool is_compiled(const struct pg_follow *follow)
{
    return follow->stale == PG_STALE_NOT;
}

/* `array` with room for `n` elements. */
static void *room(struct pg_follow *follow, void *array, uint32_t n, uint32_t *cap, size_t size)
{
    while (n > *cap)
        array = pg_vec_grow(follow->arena, array, *cap, cap, size);
    return array;
}

/* --- namespaces --- */

static struct pg_labels name_label(struct pg_follow *follow, pg_str name)
{
    struct pg_label *label = pg_arena_alloc(follow->arena, sizeof *label);
    *label = (struct pg_label){pg_strs_puts(follow->cluster->strs, NAME_LABEL), name};
    return (struct pg_labels){label, 1};
}

/* The slot of a namespace, made up where it does not exist (semantics 1.4). */
static uint32_t namespace_slot(struct pg_follow *follow, pg_str name)
{
    struct pg_cluster *cluster = follow->cluster;
    uint32_t slot = pg_slots_find(&follow->namespaces, name);
    if (slot != PG_NONE)
        return slot;
    slot = pg_slots_take(follow->arena, &follow->namespaces, name);
    cluster->nnamespaces = follow->namespaces.used.n;
    cluster->namespaces = room(follow, cluster->namespaces, cluster->nnamespaces,
                               &follow->namespace_room, sizeof *cluster->namespaces);
    cluster->namespaces[slot] =
        (struct pg_namespace){.name = name, .labels = name_label(follow, name), .synthesised = true};
    pg_vec_push(follow->arena, &follow->of_namespace,
                ((struct followed_namespace){
                    .first_pod = PG_NONE, .first_class = PG_NONE, .first_policy = PG_NONE}));
    if (slot >= follow->namespace_cap)
        pg_follow_make_stale(follow, PG_STALE_ROOM);
    else if (is_compiled(follow))
        pg_follow_select_namespace(follow, slot);
    return slot;
}

static void relabel(struct pg_follow *follow, uint32_t slot)
{
    if (!is_compiled(follow))
        return;
    pg_follow_select_namespace(follow, slot);
    for (uint32_t c = follow->of_namespace.v[slot].first_class; c != PG_NONE;
         c = follow->of_class[c].in_namespace.next)
        pg_follow_touch(follow, c);
}

static void put_namespace(struct pg_follow *follow, pg_str name, const struct copier *c,
                          const struct pg_namespace *from)
{
    uint32_t slot = namespace_slot(follow, name);
    struct pg_namespace *namespace = &follow->cluster->namespaces[slot];
    namespace->labels = pg_copy_labels(c, from->labels);
    namespace->synthesised = from->synthesised;
    namespace->labels_unread = from->labels_unread;
    namespace->loc = from->loc;
    relabel(follow, slot);
}

/* It stays, made up, for what is still in it: a slot is never given to another name. */
static void remove_namespace(struct pg_follow *follow, pg_str name)
{
    uint32_t slot = pg_slots_find(&follow->namespaces, name);
    if (slot == PG_NONE || follow->cluster->namespaces[slot].synthesised)
        return;
    follow->cluster->namespaces[slot] =
        (struct pg_namespace){.name = name, .labels = name_label(follow, name), .synthesised = true};
    relabel(follow, slot);
}

/* --- pods --- */

/* Moves the virtual pods of a workload, whether in the list of their class or out of it. */
static void move_virtual(struct pg_follow *follow, uint32_t workload,
                         void (*move)(struct pg_follow *follow, uint32_t pod))
{
    uint32_t pod = follow->of_namespace.v[follow->cluster->workloads[workload].ns].first_pod;
    for (; pod != PG_NONE; pod = follow->of_pod.v[pod].in_namespace.next)
        if (follow->cluster->pods[pod].is_virtual && follow->cluster->pods[pod].workload == workload)
            move(follow, pod);
}

static uint32_t workload_slot(struct pg_follow *follow, uint32_t ns, const struct copier *c,
                              const struct pg_workload *from)
{
    struct pg_cluster *cluster = follow->cluster;
    pg_str id[2] = {pg_copy_str(c, from->kind), pg_copy_str(c, from->name)};
    pg_str name = pg_strs_put(follow->workload_names, (const char *)id, sizeof id);
    uint32_t before = cluster->nworkloads;
    uint32_t slot = pg_slots_take(follow->arena, &follow->workloads, PG_MAP_PAIR(ns, name));
    cluster->nworkloads = follow->workloads.used.n;
    cluster->workloads = room(follow, cluster->workloads, cluster->nworkloads,
                              &follow->workload_room, sizeof *cluster->workloads);
    uint32_t npods = slot < before ? cluster->workloads[slot].npods : 0;
    /* Whether a virtual pod is a pair with itself hangs on the replicas (2.8), and any pod of the workload may be
       the one to say them. */
    bool scaled =
        slot < before && is_compiled(follow) && cluster->workloads[slot].replicas != from->replicas;
    if (scaled)
        move_virtual(follow, slot, pg_follow_leave);
    cluster->workloads[slot] = *from;
    cluster->workloads[slot].ns = ns;
    cluster->workloads[slot].kind = id[0];
    cluster->workloads[slot].name = id[1];
    cluster->workloads[slot].npods = npods;
    if (scaled)
        move_virtual(follow, slot, pg_follow_join);
    return slot;
}

static uint32_t find_pod(const struct pg_follow *follow, pg_str ns, pg_str name)
{
    uint32_t slot = pg_slots_find(&follow->namespaces, ns);
    if (slot == PG_NONE || name == PG_STR_NONE)
        return PG_NONE;
    return pg_slots_find(&follow->pods, PG_MAP_PAIR(slot, name));
}

/* Takes a pod out of everything but its slot. */
static void take_out(struct pg_follow *follow, uint32_t slot)
{
    const struct pg_pod *pod = &follow->cluster->pods[slot];
    if (is_compiled(follow))
        pg_follow_leave(follow, slot);
    pg_follow_carry(follow, pod, -1);
    follow->of_namespace.v[pod->ns].npods--;
    pg_link_out(&follow->of_namespace.v[pod->ns].first_pod, &follow->of_pod.v->in_namespace,
                sizeof *follow->of_pod.v, slot);
    follow->cluster->workloads[pod->workload].npods--;
}

static void put_pod(struct pg_follow *follow, pg_str ns_name, pg_str name, const struct copier *c,
                    const struct pg_change *change)
{
    struct pg_cluster *cluster = follow->cluster;
    uint32_t ns = namespace_slot(follow, ns_name);
    uint64_t key = PG_MAP_PAIR(ns, name);
    uint32_t slot = pg_slots_find(&follow->pods, key);
    if (slot != PG_NONE)
        take_out(follow, slot);
    uint32_t workload = workload_slot(follow, ns, c, change->workload);
    slot = pg_slots_take(follow->arena, &follow->pods, key);
    cluster->npods = follow->pods.used.n;
    uint32_t cap = follow->pod_room;
    cluster->pods = room(follow, cluster->pods, cluster->npods, &cap, sizeof *cluster->pods);
    follow->eval.class_of_pod = room(follow, follow->eval.class_of_pod, cluster->npods,
                                     &follow->pod_room, sizeof(uint32_t));
    if (follow->of_pod.n < cluster->npods)
        (void)pg_vec_add(follow->arena, &follow->of_pod);
    struct pg_pod *pod = &cluster->pods[slot];
    pg_copy_pod(c, pod, change->pod);
    pod->ns = ns;
    pod->name = name;
    pod->workload = workload;
    pod->node = PG_NONE; /* by name only: see follow_cluster.c */
    cluster->workloads[workload].npods++;
    pg_link_in(&follow->of_namespace.v[ns].first_pod, &follow->of_pod.v->in_namespace,
               sizeof *follow->of_pod.v, slot);
    follow->of_namespace.v[ns].npods++;
    pg_follow_carry(follow, pod, 1);
    if (is_compiled(follow))
        pg_follow_join(follow, slot);
}

static void remove_pod(struct pg_follow *follow, pg_str ns, pg_str name)
{
    uint32_t slot = find_pod(follow, ns, name);
    if (slot == PG_NONE)
        return;
    take_out(follow, slot);
    pg_slots_drop(follow->arena, &follow->pods, slot);
}

/* --- policies --- */

static void room_for_policies(struct pg_follow *follow)
{
    struct pg_cluster *cluster = follow->cluster;
    struct pg_eval *eval = &follow->eval;
    cluster->npolicies = eval->nentries = follow->policies.used.n;
    if (cluster->npolicies <= follow->policy_room)
        return;
    uint32_t cap[2] = {follow->policy_room, follow->policy_room};
    uint32_t n = cluster->npolicies;
    cluster->policies = room(follow, cluster->policies, n, &cap[0], sizeof *cluster->policies);
    eval->policies = room(follow, eval->policies, n, &cap[1], sizeof *eval->policies);
    eval->entries = room(follow, eval->entries, n, &follow->policy_room, sizeof *eval->entries);
    for (uint32_t i = 0; i < follow->policy_room; i++) {
        eval->policies[i].source = &cluster->policies[i]; /* they have moved */
        eval->entries[i] = (struct entry){.policy = i, .unordered = true};
    }
    while (follow->of_policy.n < follow->policy_room)
        (void)pg_vec_add(follow->arena, &follow->of_policy);
}

static uint64_t policy_key(struct pg_follow *follow, uint32_t ns, const struct pg_change *change)
{
    struct pg_buf *key = &follow->key;
    pg_buf_clear(key);
    pg_buf_add(key, change->policy_group, strlen(change->policy_group) + 1);
    pg_buf_add(key, change->policy_kind, strlen(change->policy_kind) + 1);
    pg_buf_add(key, change->name, strlen(change->name) + 1);
    const char *spec = change->policy_spec != NULL ? change->policy_spec : "spec";
    pg_buf_add(key, spec, strlen(spec));
    return PG_MAP_PAIR(ns, pg_strs_put(follow->policy_names, key->p, key->n));
}

/* Whether a rule is of peers that follow_policies.c looks into: not one in doubt about labels of namespaces, which
   the loader makes of several parts where those could not be read. */
static bool is_plain(const struct pg_rule *rule)
{
    for (uint32_t i = 0; i < rule->npeers; i++)
        if (rule->peers[i].kind != PG_PEER_SELECTOR && rule->peers[i].kind != PG_PEER_IPBLOCK)
            return false;
    return rule->self == NULL && rule->maybe_field == NULL;
}

static bool is_followed(const struct pg_policy *policy)
{
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t r = 0; r < policy->nrules[dir]; r++)
            if (!is_plain(&policy->rules[dir][r]))
                return false;
    return policy->kind == PG_POLICY_NETWORK && policy->ns != PG_NONE &&
           !policy->maybe_selector.present && !policy->staged;
}

static void take_policy_out(struct pg_follow *follow, uint32_t slot)
{
    const struct pg_policy *policy = &follow->cluster->policies[slot];
    if (is_compiled(follow))
        pg_follow_expel(follow, slot);
    follow->nothers -= !is_followed(policy);
}

static void put_policy(struct pg_follow *follow, uint32_t ns, const struct copier *c,
                       const struct pg_change *change)
{
    uint64_t key = policy_key(follow, ns, change);
    uint32_t slot = pg_slots_find(&follow->policies, key);
    if (slot != PG_NONE)
        take_policy_out(follow, slot);
    slot = pg_slots_take(follow->arena, &follow->policies, key);
    room_for_policies(follow);
    struct pg_policy *policy = &follow->cluster->policies[slot];
    pg_copy_policy(c, policy, change->policy);
    policy->ns = ns;
    if (!is_followed(policy)) {
        follow->nothers++;
        pg_follow_make_stale(follow, PG_STALE_KIND);
    }
    if (is_compiled(follow) && pg_follow_see(follow, policy))
        pg_follow_enter(follow, slot);
}

static void remove_policy(struct pg_follow *follow, uint32_t ns, const struct pg_change *change)
{
    uint32_t slot = pg_slots_find(&follow->policies, policy_key(follow, ns, change));
    if (slot == PG_NONE)
        return;
    take_policy_out(follow, slot);
    pg_slots_drop(follow->arena, &follow->policies, slot);
}

/* --- services and nodes --- */

static void put_service(struct pg_follow *follow, uint32_t ns, pg_str name, const struct copier *c,
                        const struct pg_service *from)
{
    struct pg_cluster *cluster = follow->cluster;
    uint32_t slot = pg_slots_take(follow->arena, &follow->services, PG_MAP_PAIR(ns, name));
    cluster->nservices = follow->services.used.n;
    cluster->services = room(follow, cluster->services, cluster->nservices, &follow->service_room,
                             sizeof *cluster->services);
    pg_copy_service(c, &cluster->services[slot], from);
    cluster->services[slot].ns = ns;
}

static void put_node(struct pg_follow *follow, pg_str name, const struct copier *c,
                     const struct pg_node *from)
{
    struct pg_cluster *cluster = follow->cluster;
    uint32_t slot = pg_slots_take(follow->arena, &follow->nodes, name);
    cluster->nnodes = follow->nodes.used.n;
    cluster->nodes =
        room(follow, cluster->nodes, cluster->nnodes, &follow->node_room, sizeof *cluster->nodes);
    pg_copy_node(c, &cluster->nodes[slot], from);
    if (slot >= follow->node_cap)
        pg_follow_make_stale(follow, PG_STALE_ROOM);
    if (is_compiled(follow))
        pg_follow_class_of_node(follow, slot);
}

static void drop(struct pg_follow *follow, struct slots *slots, uint64_t key)
{
    uint32_t slot = pg_slots_find(slots, key);
    if (slot == PG_NONE)
        return;
    if (slots == &follow->nodes && is_compiled(follow))
        pg_follow_touch(follow, follow->eval.first_node + slot);
    pg_slots_drop(follow->arena, slots, slot);
}

/* --- events --- */

static void apply(struct pg_follow *follow, const struct pg_change *change)
{
    struct pg_strs *strs = follow->cluster->strs;
    struct copier c = {follow->arena, change->strs, strs};
    pg_str name = pg_strs_puts(strs, change->name);
    pg_str in = change->ns != NULL ? pg_strs_puts(strs, change->ns) : PG_STR_NONE;
    bool inside = change->kind == PG_CHANGE_POLICY || change->kind == PG_CHANGE_SERVICE;
    uint32_t ns = inside && in != PG_STR_NONE ? namespace_slot(follow, in) : PG_NONE;
    switch (change->kind) {
    case PG_CHANGE_POD:
        if (change->removed)
            remove_pod(follow, in, name);
        else
            put_pod(follow, in, name, &c, change);
        break;
    case PG_CHANGE_POLICY:
        if (change->removed)
            remove_policy(follow, ns, change);
        else
            put_policy(follow, ns, &c, change);
        break;
    case PG_CHANGE_NAMESPACE:
        if (change->removed)
            remove_namespace(follow, name);
        else
            put_namespace(follow, name, &c, change->namespace);
        break;
    case PG_CHANGE_SERVICE:
        if (change->removed)
            drop(follow, &follow->services, PG_MAP_PAIR(ns, name));
        else
            put_service(follow, ns, name, &c, change->service);
        break;
    case PG_CHANGE_NODE:
        if (change->removed)
            drop(follow, &follow->nodes, name);
        else
            put_node(follow, name, &c, change->node);
        break;
    case PG_NCHANGES: break;
    }
}

/* What is replaced is not given back, and what is remembered only grows. */
static void mind_memory(struct pg_follow *follow)
{
    if (follow->eval.named.n > MOST_NAMED) { /* it is a memo, and much of it of rules that are gone */
        pg_map_free(&follow->eval.named);
        follow->eval.named = (struct pg_map){0};
    }
    if (pg_arena_size(follow->arena) > follow->most_bytes ||
        pg_strs_count(follow->cluster->strs) > follow->most_strings ||
        pg_strs_count(follow->keys) > follow->most_strings ||
        pg_strs_count(follow->policy_names) > follow->most_strings ||
        follow->pods.by_name.n > follow->most_strings ||
        pg_portsets_count(follow->eval.sets) > MOST_SETS)
        pg_follow_make_stale(follow, PG_STALE_MEMORY);
}

enum pg_follow_result pg_follow_apply(struct pg_follow *follow, const struct pg_change *change)
{
    assert(change->kind < PG_NCHANGES);
    bool was_stale = !is_compiled(follow);
    follow->now++;
    follow->touched.n = 0;
    apply(follow, change);
    mind_memory(follow);
    if (!was_stale)
        follow->counts[follow->stale]++;
    return is_compiled(follow) ? PG_FOLLOW_APPLIED : PG_FOLLOW_STALE;
}

/* --- beginning --- */

/* Every object of a cluster as an event; what is compiled comes in between. */
static void put_all_but_pods(struct pg_follow *follow, const struct pg_cluster *from)
{
    struct pg_change change = {.strs = from->strs};
    for (uint32_t i = 0; i < from->nnamespaces; i++) {
        change.kind = PG_CHANGE_NAMESPACE;
        change.name = pg_cluster_text(from, from->namespaces[i].name);
        change.namespace = &from->namespaces[i];
        apply(follow, &change);
    }
    for (uint32_t i = 0; i < from->nnodes; i++) {
        change.kind = PG_CHANGE_NODE;
        change.name = pg_cluster_text(from, from->nodes[i].name);
        change.node = &from->nodes[i];
        apply(follow, &change);
    }
    for (uint32_t i = 0; i < from->nservices; i++) {
        change.kind = PG_CHANGE_SERVICE;
        change.ns = pg_cluster_text(from, from->namespaces[from->services[i].ns].name);
        change.name = pg_cluster_text(from, from->services[i].name);
        change.service = &from->services[i];
        apply(follow, &change);
    }
    for (uint32_t i = 0; i < from->npolicies; i++) {
        const struct pg_policy *policy = &from->policies[i];
        change.kind = PG_CHANGE_POLICY;
        change.ns = NULL;
        if (policy->ns != PG_NONE)
            change.ns = pg_cluster_text(from, from->namespaces[policy->ns].name);
        change.name = pg_cluster_text(from, policy->name);
        change.policy = policy;
        change.policy_group = pg_cluster_text(from, policy->group);
        change.policy_kind = pg_cluster_text(from, policy->kind_name);
        change.policy_spec = policy->spec_path;
        apply(follow, &change);
    }
}

static void put_pods(struct pg_follow *follow, const struct pg_cluster *from)
{
    struct copier c = {follow->arena, from->strs, follow->cluster->strs};
    for (uint32_t i = 0; i < from->nworkloads; i++) {
        pg_str name = pg_copy_str(&c, from->namespaces[from->workloads[i].ns].name);
        struct pg_workload workload = from->workloads[i];
        workload_slot(follow, namespace_slot(follow, name), &c, &workload);
    }
    for (uint32_t i = 0; i < from->nworkloads; i++)
        follow->cluster->workloads[i].npods = 0;
    for (uint32_t i = 0; i < from->npods; i++) {
        const struct pg_pod *pod = &from->pods[i];
        struct pg_change change = {
            .kind = PG_CHANGE_POD,
            .strs = from->strs,
            .ns = pg_cluster_text(from, from->namespaces[pod->ns].name),
            .name = pg_cluster_text(from, pod->name),
            .pod = pod,
            .workload = &from->workloads[pod->workload],
        };
        apply(follow, &change);
    }
}

static void copy_rest(struct pg_follow *follow, const struct pg_cluster *from)
{
    struct pg_cluster *cluster = follow->cluster;
    struct copier c = {follow->arena, from->strs, cluster->strs};
    cluster->files = pg_arena_array(follow->arena, from->nfiles, sizeof *cluster->files);
    for (uint32_t i = 0; i < from->nfiles; i++)
        pg_copy_file(&c, &cluster->files[i], &from->files[i]);
    cluster->nfiles = from->nfiles;
    cluster->nrejected = from->nrejected;
    cluster->partial = from->partial;
    pg_copy_unread(&c, cluster, from);
}

/* Compiles what is there but pods, which come after it. */
static void compile(struct pg_follow *follow, const struct pg_cluster *from)
{
    struct pg_eval *eval = &follow->eval;
    eval->blocks = pg_blocks_new(follow->arena, follow->cluster);
    follow->selectors.words = follow->namespace_cap / 64 + 1;
    pg_follow_know_blocks(follow);
    follow->cluster->npods = from->npods; /* how many there will be */
    pg_follow_lay_classes(follow);
    follow->cluster->npods = 0;
    for (uint32_t i = 0; i < follow->cluster->nnodes; i++)
        pg_follow_class_of_node(follow, i);
    for (uint32_t i = 0; i < follow->cluster->npolicies && is_compiled(follow); i++)
        if (pg_follow_see(follow, &follow->cluster->policies[i]))
            pg_follow_enter(follow, i);
}

static void set_up(struct pg_follow *follow, const struct pg_cluster *from,
                   const struct pg_assume *assume)
{
    struct pg_eval *eval = &follow->eval;
    follow->arena = follow->cluster->arena;
    follow->policy_names = pg_strs_new();
    follow->workload_names = pg_strs_new();
    follow->keys = pg_strs_new();
    follow->signatures = pg_strs_new();
    follow->blocks = pg_strs_new();
    follow->selectors.keys = pg_strs_new();
    follow->namespace_cap = MORE_NAMESPACES(from->nnamespaces);
    follow->node_cap = MORE_NODES(from->nnodes);
    eval->cluster = follow->cluster;
    eval->arena = follow->arena;
    eval->assume = assume != NULL ? *assume : pg_assume_default();
    eval->engine = PG_ENGINE_K8S;
    eval->sets = pg_portsets_new();
    eval->tiers = pg_arena_alloc(follow->arena, sizeof *eval->tiers);
    eval->tiers->denies = true;
    eval->ntiers = 1;
}

static bool namespaces_are_unread(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (strcmp(cluster->unread[i].resource, "namespaces") == 0)
            return true;
    return false;
}

/* Why a cluster is not followed at all; PG_STALE_NOT: it is. */
static enum pg_stale why_never(const struct pg_follow *follow)
{
    if (follow->nothers > 0)
        return PG_STALE_KIND;
    if (follow->eval.assume.engine != PG_ENGINE_AUTO && follow->eval.assume.engine != PG_ENGINE_K8S)
        return PG_STALE_ENGINE;
    return namespaces_are_unread(follow->cluster) ? PG_STALE_UNREAD : PG_STALE_NOT;
}

struct pg_follow *pg_follow_new(const struct pg_cluster *cluster, const struct pg_assume *assume)
{
    struct pg_cluster *own = pg_cluster_new();
    struct pg_follow *follow = pg_arena_alloc(own->arena, sizeof *follow);
    follow->cluster = own;
    set_up(follow, cluster, assume);
    follow->now = 1;
    follow->stale = PG_NSTALE; /* nothing is compiled yet */
    copy_rest(follow, cluster);
    put_all_but_pods(follow, cluster);
    follow->stale = why_never(follow);
    if (is_compiled(follow))
        compile(follow, cluster);
    put_pods(follow, cluster);
    if (is_compiled(follow))
        pg_follow_reserve_classes(follow);
    follow->most_bytes = MORE_BYTES(pg_arena_size(follow->arena));
    follow->most_strings = MORE_STRINGS(pg_strs_count(follow->cluster->strs));
    follow->touched.n = 0;
    return follow;
}

void pg_follow_free(struct pg_follow *follow)
{
    if (follow == NULL)
        return;
    struct slots *all[] = {&follow->namespaces, &follow->pods,  &follow->policies,
                           &follow->services,   &follow->nodes, &follow->workloads};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pg_slots_free(all[i]);
    struct pg_strs *strs[] = {follow->policy_names, follow->workload_names, follow->keys,
                              follow->signatures,   follow->blocks,         follow->selectors.keys};
    for (size_t i = 0; i < sizeof strs / sizeof *strs; i++)
        pg_strs_free(strs[i]);
    struct pg_map *maps[] = {&follow->class_of_key, &follow->features, &follow->local,
                             &follow->eval.named};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        pg_map_free(maps[i]);
    pg_buf_free(&follow->selectors.key);
    pg_buf_free(&follow->key);
    pg_buf_free(&follow->ports);
    pg_portsets_free(follow->eval.sets);
    pg_cluster_free(follow->cluster); /* the follower itself is in it */
}

struct pg_follow *pg_follow_renew(struct pg_follow *follow)
{
    struct pg_cluster *cluster = pg_follow_cluster(follow);
    struct pg_follow *renewed = pg_follow_new(cluster, &follow->eval.assume);
    pg_cluster_free(cluster);
    pg_follow_free(follow);
    return renewed;
}
