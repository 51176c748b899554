/* The ends of Calico's rules: which pods and which addresses an entity means (semantics 14.7 - 14.9, 14.12 -
   14.14). What an entity says is a conjunction, and each part of it a choice: pods or blocks, of which some
   come from network sets whose labels a selector finds. */
#include <string.h>

#include "finish_calico.h"

typedef PG_VEC(struct pg_peer) peer_vec;

/* The parts of a conjunction: `any[i]`, one of whose peers must match, where given; `none`, no peer of which
   may match. */
struct ends {
    struct pg_calico_finish *finish;
    const struct pg_calico_policy *policy;
    const struct pg_calico_entity *entity;
    peer_vec any[4], none;
    bool given[4];
};

enum {
    BY_LABELS,
    BY_NETS,
    BY_SERVICE,
    BY_VERSION,
};

static struct pg_peer *add(struct ends *ends, peer_vec *peers, enum pg_peer_kind kind,
                           struct pg_loc loc)
{
    struct pg_peer *peer = pg_vec_add(ends->finish->work, peers);

    peer->kind = kind;
    peer->index = PG_NONE;
    peer->loc = loc;
    return peer;
}

static const char *field_of(const struct ends *ends, const char *name)
{
    return pg_arena_printf(ends->finish->arena, "%s.%s", ends->entity->path, name);
}

/* A peer of several parts, in the arena of the cluster. */
static struct pg_peer compound(struct ends *ends, enum pg_peer_kind kind, const peer_vec *parts)
{
    struct pg_peer *copy = pg_arena_array(ends->finish->arena, parts->n, sizeof *copy);

    if (parts->n)
        memcpy(copy, parts->v, parts->n * sizeof *copy);
    return (struct pg_peer){
        .kind = kind,
        .parts = copy,
        .nparts = parts->n,
        .index = PG_NONE,
        .loc = ends->entity->loc,
    };
}

/* `peer`, but never for sure: `field` is not evaluated, and `detail` says why. */
static void add_doubtful(struct ends *ends, peer_vec *peers, const struct pg_peer *peer,
                         const char *field, const char *detail)
{
    peer_vec parts = {0};
    struct pg_peer *doubt;

    pg_vec_push(ends->finish->work, &parts, *peer);
    doubt = add(ends, &parts, PG_PEER_MAYBE, peer->loc);
    doubt->field = field;
    doubt->detail = detail;
    pg_vec_push(ends->finish->work, peers, compound(ends, PG_PEER_ALL_OF, &parts));
}

/* --- network sets -------------------------------------------------------------------------------- */

/* Whether a namespaceSelector takes in the namespace of a set. One that nobody defines has its name. */
static bool in_namespaces(const struct pg_calico_finish *finish, pg_str ns,
                          const struct pg_calico_selector *namespaces)
{
    const uint32_t *index = pg_map_get(&finish->namespaces, ns);
    struct pg_label name = {finish->ns_name_key, ns};
    struct pg_selector selector = {.present = true, .expr = namespaces->expr};

    return pg_selector_matches(&selector, index ? finish->loader->namespaces.v[*index].labels
                                                : (struct pg_labels){&name, 1});
}

/* Whether a set is in the scope of an entity's selector (semantics 14.7, 14.13). */
static bool in_scope(const struct ends *ends, const struct pg_calico_set *set)
{
    const struct pg_calico_selector *namespaces = ends->entity->namespaces;

    if (namespaces && namespaces->global)
        return !set->id.ns;
    if (namespaces)
        return set->id.ns && in_namespaces(ends->finish, set->id.ns, namespaces);
    return !ends->policy->raw.id.ns || set->id.ns == ends->policy->raw.id.ns;
}

static void add_net(struct ends *ends, peer_vec *peers, struct pg_cidr cidr, const char *field,
                    struct pg_loc loc)
{
    struct pg_peer *peer = add(ends, peers, PG_PEER_NETWORKS, loc);

    peer->cidr = cidr;
    peer->field = field;
}

static void add_sets(struct ends *ends, peer_vec *peers, const struct pg_calico_selector *by,
                     bool scoped, const char *field)
{
    const struct pg_calico *calico = ends->finish->calico;

    for (uint32_t i = 0; i < calico->sets.n; i++) {
        const struct pg_calico_set *set = &calico->sets.v[i];
        struct pg_selector selector = {.present = true, .expr = by ? by->expr : NULL};
        if ((scoped && !in_scope(ends, set)) || !pg_selector_matches(&selector, set->labels))
            continue;
        for (uint32_t k = 0; k < set->nnets; k++)
            add_net(ends, peers, set->nets[k].cidr, field, set->nets[k].loc);
    }
}

/* --- pods ---------------------------------------------------------------------------------------- */

/* Pods in the scope of the entity, or of the whole cluster. */
static struct pg_peer pods_in_scope(const struct ends *ends, bool scoped)
{
    const struct pg_calico_selector *namespaces = scoped ? ends->entity->namespaces : NULL;
    struct pg_peer peer = {.kind = PG_PEER_SELECTOR, .index = PG_NONE, .loc = ends->entity->loc};

    if (namespaces)
        peer.namespace_selector = (struct pg_selector){.present = true,
                                                       .expr = namespaces->expr,
                                                       .text = namespaces->text,
                                                       .loc = namespaces->loc};
    peer.any_namespace = !namespaces && (!scoped || !ends->policy->raw.id.ns);
    return peer;
}

static void select_pods(struct pg_peer *peer, const struct pg_expr *expr, const char *text,
                        struct pg_loc loc)
{
    peer->loc = loc;
    peer->pod_selector =
        (struct pg_selector){.present = true, .expr = expr, .text = text, .loc = loc};
}

static const char *accounts_text(const struct ends *ends)
{
    const struct pg_calico_entity *entity = ends->entity;
    struct pg_buf text = {0};
    const char *kept;

    if (entity->selector)
        pg_buf_printf(&text, "%s, ", entity->selector->text);
    pg_buf_puts(&text, "service account: ");
    for (uint32_t i = 0; i < entity->naccount_names; i++)
        pg_buf_printf(&text, "%s%s", i ? " or " : "",
                      pg_cluster_text(ends->finish->cluster, entity->account_names[i]));
    if (entity->accounts)
        pg_buf_printf(&text, "%s%s", entity->naccount_names ? ", " : "", entity->accounts->text);
    kept = pg_arena_strdup(ends->finish->arena, pg_buf_text(&text));
    pg_buf_free(&text);
    return kept;
}

/* semantics 14.12: only pods run as a service account. */
static void add_by_account(struct ends *ends, peer_vec *peers)
{
    const struct pg_calico_entity *entity = ends->entity;
    struct pg_arena *arena = ends->finish->arena;
    const struct pg_expr *selector = entity->selector ? entity->selector->expr : NULL;
    struct pg_calico_by_account by = pg_calico_accounts(ends->finish, entity->account_names,
                                                        entity->naccount_names, entity->accounts);
    struct pg_peer peer = pods_in_scope(ends, true);
    const char *text = accounts_text(ends);

    if (by.sure) {
        select_pods(&peer, pg_calico_expr_and(arena, selector, by.sure), text, entity->loc);
        pg_vec_push(ends->finish->work, peers, peer);
    }
    if (by.maybe) {
        select_pods(&peer, pg_calico_expr_and(arena, selector, by.maybe), text, entity->loc);
        add_doubtful(ends, peers, &peer, field_of(ends, "serviceAccounts.selector"),
                     "the labels of the pod's service account are not known");
    }
}

/* The endpoints that a selector means: pods, and the blocks of network sets. */
static void add_endpoints(struct ends *ends, peer_vec *peers, const struct pg_calico_selector *by,
                          bool scoped, const char *field)
{
    const struct pg_calico_selector *namespaces = ends->entity->namespaces;
    struct pg_peer peer = pods_in_scope(ends, scoped);

    if (by)
        select_pods(&peer, by->expr, by->text, by->loc);
    if (!scoped || !namespaces || !namespaces->global) /* no pod is global */
        pg_vec_push(ends->finish->work, peers, peer);
    add_sets(ends, peers, by, scoped, field);
}

/* semantics 14.7, 14.8: any of the fields that select limits a NetworkPolicy's rule to its namespace, and a
   namespaceSelector limits every rule to what it selects, notSelector included. */
static void end_by_labels(struct ends *ends)
{
    const struct pg_calico_entity *entity = ends->entity;
    bool accounts = entity->accounts || entity->naccount_names > 0;
    bool limited = entity->namespaces || (ends->policy->raw.id.ns && entity->not_selector);

    if (accounts && !(entity->namespaces && entity->namespaces->global)) /* no pod is global */
        add_by_account(ends, &ends->any[BY_LABELS]);
    else if (!accounts && (entity->selector || limited))
        add_endpoints(ends, &ends->any[BY_LABELS], entity->selector, true,
                      field_of(ends, entity->selector ? "selector" : "namespaceSelector"));
    ends->given[BY_LABELS] = accounts || entity->selector || limited;
    if (entity->not_selector)
        add_endpoints(ends, &ends->none, entity->not_selector, false, field_of(ends, "notSelector"));
}

/* --- blocks -------------------------------------------------------------------------------------- */

static void end_by_nets(struct ends *ends)
{
    const struct pg_calico_entity *entity = ends->entity;

    ends->given[BY_NETS] = entity->nnets > 0;
    for (uint32_t i = 0; i < entity->nnets; i++) {
        const struct pg_calico_net *net = &entity->nets[i];
        add_net(ends, &ends->any[BY_NETS], net->cidr, net->field, net->loc);
        ends->any[BY_NETS].v[i].index = net->index;
    }
    for (uint32_t i = 0; i < entity->nnot_nets; i++) {
        const struct pg_calico_net *net = &entity->not_nets[i];
        add_net(ends, &ends->none, net->cidr, net->field, net->loc);
    }
}

/* semantics 14.11: a version of IP is the block of all its addresses. */
static void end_by_version(struct ends *ends, const struct pg_calico_rule *rule)
{
    struct pg_cidr all = {.base = {.family = (uint8_t)rule->ip_version}};

    ends->given[BY_VERSION] = rule->ip_version != 0;
    if (ends->given[BY_VERSION])
        add_net(ends, &ends->any[BY_VERSION], all,
                pg_arena_printf(ends->finish->arena, "%s.ipVersion", rule->path), rule->loc);
}

/* --- services ------------------------------------------------------------------------------------ */

const struct pg_raw_service *pg_calico_service(const struct pg_calico_finish *finish,
                                               const struct pg_calico_entity *entity)
{
    const uint32_t *index =
        pg_map_get(&finish->services, PG_MAP_PAIR(entity->service_ns, entity->service));

    return index ? &finish->loader->services.v[*index] : NULL;
}

static void add_addr(struct ends *ends, peer_vec *peers, struct pg_addr addr)
{
    if (addr.family != 0)
        add_net(ends, peers, (struct pg_cidr){addr, addr.family == 6 ? 128 : 32},
                field_of(ends, "services"), ends->entity->loc);
}

/* A backend on the host network: it has the address of its node. Where that is not known, some node, or an
   address that no Node object explains, may be meant. */
static void add_host_backend(struct ends *ends, peer_vec *peers, const struct pg_pod *pod)
{
    struct pg_calico_finish *finish = ends->finish;
    const uint32_t *node = pod->node_name ? pg_map_get(&finish->nodes, pod->node_name) : NULL;
    struct pg_peer some = {.kind = PG_PEER_ENTITY,
                           .index = PG_NONE,
                           .loc = ends->entity->loc,
                           .entities =
                               PG_ENTITY_HOST | PG_ENTITY_REMOTE_NODE | PG_ENTITY_MAYBE_NODE};

    if (pod->addr_known) {
        add_addr(ends, peers, pod->addr[0]);
        add_addr(ends, peers, pod->addr[1]);
    } else if (node && finish->loader->nodes.v[*node].naddrs > 0) {
        add_addr(ends, peers, finish->loader->nodes.v[*node].addrs[0]);
    } else {
        add_doubtful(ends, peers, &some, field_of(ends, "services"),
                     "a backend of the Service is on the host network of a node that is not known");
    }
}

static void add_host_backends(struct ends *ends, peer_vec *peers, const struct pg_raw_service *raw)
{
    const struct pg_loader *loader = ends->finish->loader;

    for (uint32_t i = 0; i < loader->pods.n; i++) {
        const struct pg_raw_pod *pod = &loader->pods.v[i];
        if (pod->pod.host_network && !pod->finished && pod->id.ns == raw->id.ns &&
            pg_labels_contain(pod->pod.labels, raw->service.selector))
            add_host_backend(ends, peers, &pod->pod);
    }
}

/* The backends of a service by its selector (semantics 9.3). */
static void add_backends(struct ends *ends, peer_vec *peers, const struct pg_raw_service *raw)
{
    struct pg_arena *arena = ends->finish->arena;
    struct pg_labels labels = raw->service.selector;
    struct pg_req *reqs = pg_arena_array(arena, (size_t)labels.n + 1, sizeof *reqs);
    pg_str *ns = pg_arena_alloc(arena, sizeof *ns);
    struct pg_peer *peer = add(ends, peers, PG_PEER_SELECTOR, ends->entity->loc);

    *ns = raw->id.ns;
    for (uint32_t i = 0; i < labels.n; i++)
        reqs[i] = (struct pg_req){
            .key = labels.v[i].key, .op = PG_OP_IN, .values = &labels.v[i].value, .nvalues = 1};
    reqs[labels.n] = (struct pg_req){
        .key = ends->finish->ns_name_key, .op = PG_OP_IN, .values = ns, .nvalues = 1};
    peer->pod_selector = (struct pg_selector){.reqs = reqs, .nreqs = labels.n, .present = true};
    peer->namespace_selector =
        (struct pg_selector){.reqs = &reqs[labels.n], .nreqs = 1, .present = true};
    add_host_backends(ends, peers, raw);
}

/* Slices count; Endpoints objects do where there are none (semantics 9.6). */
static uint32_t collect_endpoints(const struct pg_calico_finish *finish,
                                  const struct pg_calico_entity *entity, bool legacy,
                                  pg_calico_endpoint_vec *endpoints)
{
    uint32_t nslices = 0;

    for (uint32_t i = 0; i < finish->loader->slices.n; i++) {
        const struct pg_raw_slice *slice = &finish->loader->slices.v[i];
        if (slice->legacy != legacy || slice->service != entity->service ||
            slice->id.ns != entity->service_ns)
            continue;
        nslices++;
        for (uint32_t k = 0; k < slice->nendpoints; k++)
            pg_vec_push(finish->work, endpoints, slice->endpoints[k]);
    }
    return nslices;
}

bool pg_calico_endpoints(const struct pg_calico_finish *finish,
                         const struct pg_calico_entity *entity, pg_calico_endpoint_vec *endpoints)
{
    return collect_endpoints(finish, entity, false, endpoints) > 0 ||
           collect_endpoints(finish, entity, true, endpoints) > 0;
}

static void add_listed(struct ends *ends, peer_vec *peers, const pg_calico_endpoint_vec *endpoints)
{
    for (uint32_t i = 0; i < endpoints->n; i++) {
        bool known = false;
        for (uint32_t k = 0; k < i && !known; k++)
            known = pg_addr_compare(endpoints->v[k].addr, endpoints->v[i].addr) == 0;
        if (!known)
            add_addr(ends, peers, endpoints->v[i].addr);
    }
}

/* semantics 14.14 */
static void end_by_service(struct ends *ends)
{
    peer_vec *peers = &ends->any[BY_SERVICE];
    pg_calico_endpoint_vec endpoints = {0};
    const struct pg_raw_service *raw;
    struct pg_peer *doubt;

    ends->given[BY_SERVICE] = ends->entity->service != PG_STR_NONE;
    if (!ends->given[BY_SERVICE])
        return;
    raw = pg_calico_service(ends->finish, ends->entity);
    if (raw && raw->service.has_selector) {
        add_backends(ends, peers, raw);
    } else if (pg_calico_endpoints(ends->finish, ends->entity, &endpoints)) {
        add_listed(ends, peers, &endpoints);
    } else {
        doubt = add(ends, peers, PG_PEER_MAYBE, ends->entity->loc);
        doubt->field = field_of(ends, "services");
        doubt->detail = raw ? "the Service has no selector, and no EndpointSlice of it was read"
                            : "the Service was not read";
    }
}

/* --- the whole ------------------------------------------------------------------------------------- */

/* The choice as one peer of a conjunction. */
static struct pg_peer choice(struct ends *ends, const peer_vec *peers)
{
    return peers->n == 1 ? peers->v[0] : compound(ends, PG_PEER_ANY_OF, peers);
}

static struct pg_calico_peers keep(struct ends *ends, const peer_vec *peers)
{
    struct pg_peer list = compound(ends, PG_PEER_ANY_OF, peers);

    return (struct pg_calico_peers){.peers = list.parts, .n = list.nparts};
}

/* One choice stays a list of peers, which says more than a conjunction of one. */
static struct pg_calico_peers put_together(struct ends *ends)
{
    peer_vec parts = {0}, one = {0};
    uint32_t n = 0;
    int last = 0;

    for (int i = 0; i < 4; i++)
        if (ends->given[i]) {
            n++;
            last = i;
        }
    if (n + ends->none.n == 0)
        return (struct pg_calico_peers){.any = true};
    if (n == 1 && ends->none.n == 0)
        return keep(ends, &ends->any[last]);
    for (int i = 0; i < 4; i++)
        if (ends->given[i])
            pg_vec_push(ends->finish->work, &parts, choice(ends, &ends->any[i]));
    for (uint32_t i = 0; i < ends->none.n; i++) {
        struct pg_peer not_this = ends->none.v[i];
        not_this.negate = true;
        pg_vec_push(ends->finish->work, &parts, not_this);
    }
    pg_vec_push(ends->finish->work, &one, compound(ends, PG_PEER_ALL_OF, &parts));
    return keep(ends, &one);
}

struct pg_calico_peers pg_calico_finish_end(struct pg_calico_finish *finish,
                                            const struct pg_calico_policy *policy,
                                            const struct pg_calico_rule *rule,
                                            const struct pg_calico_entity *entity, bool with_version)
{
    struct ends ends = {.finish = finish, .policy = policy, .entity = entity};

    end_by_labels(&ends);
    end_by_nets(&ends);
    end_by_service(&ends);
    if (with_version)
        end_by_version(&ends, rule);
    return put_together(&ends);
}

const struct pg_peer *pg_calico_one_peer(struct pg_calico_finish *finish,
                                         const struct pg_calico_peers *peers)
{
    struct pg_peer *one;

    if (peers->any)
        return NULL;
    if (peers->n == 1)
        return peers->peers;
    one = pg_arena_alloc(finish->arena, sizeof *one);
    *one = (struct pg_peer){
        .kind = PG_PEER_ANY_OF, .parts = peers->peers, .nparts = peers->n, .index = PG_NONE};
    if (peers->n > 0)
        one->loc = peers->peers[0].loc;
    return one;
}
