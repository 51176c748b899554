/* What Cilium's policies say about other objects: CIDR groups, Services, the API server, service accounts. All
   of it waits until everything was read, so that the order of documents means nothing. */
#include <string.h>

#include "cilium.h"
#include "finish.h"

typedef PG_VEC(struct pg_peer) peer_vec;

struct resolver {
    struct pg_finish *finish;
    struct pg_cilium_raw *raw;
    pg_str name_label;
};

static struct pg_arena *arena(const struct resolver *resolver)
{
    return resolver->finish->cluster->arena;
}

/* --- peers ------------------------------------------------------------------------------------- */

/* A peer at the place of the one that it comes from. */
static struct pg_peer *add(const struct resolver *resolver, peer_vec *peers,
                           const struct pg_peer *from, enum pg_peer_kind kind)
{
    struct pg_peer *peer = pg_vec_add(arena(resolver), peers);

    peer->kind = kind;
    peer->index = from->index;
    peer->loc = from->loc;
    peer->field = from->field;
    return peer;
}

static struct pg_cidr single(struct pg_addr addr)
{
    return (struct pg_cidr){addr, addr.family == 6 ? 128 : 32};
}

/* Every address behind a service, once. */
static uint32_t addresses(const struct resolver *resolver, const struct pg_service *service,
                          struct pg_addr **out)
{
    uint32_t n = 0;

    *out = pg_arena_array(resolver->finish->work, service->nendpoints, sizeof **out);
    for (uint32_t i = 0; i < service->nendpoints; i++) {
        uint32_t k = 0;
        while (k < n && pg_addr_compare((*out)[k], service->endpoints[i].addr) != 0)
            k++;
        if (k == n)
            (*out)[n++] = service->endpoints[i].addr;
    }
    return n;
}

/* --- CIDR groups ------------------------------------------------------------------------------------- */

/* Of two groups with one name the last one read counts (semantics 1.5). */
static void settle_groups(const struct resolver *resolver)
{
    struct pg_cilium_raw *raw = resolver->raw;
    struct pg_loader *loader = resolver->finish->loader;
    struct pg_map last = {0};
    uint32_t kept = 0;

    for (uint32_t i = 0; i < raw->groups.n; i++) {
        const struct pg_cilium_group *group = &raw->groups.v[i];
        const uint32_t *place = pg_map_get(&last, group->id.name);
        if (place) {
            const struct pg_raw_id *lost = &raw->groups.v[*place].id;
            pg_tell(loader, PG_CODE_OBJ_DUPLICATE, PG_SEVERITY_WARNING, group->id.loc,
                    pg_arena_printf(loader->work, "CiliumCIDRGroup %s",
                                    pg_cluster_text(loader->cluster, group->id.name)),
                    NULL, "read before at %.300s:%u; this one was read last and counts",
                    loader->files.v[lost->loc.file].name, lost->loc.line);
            raw->groups.v[*place] = *group;
            continue;
        }
        pg_map_put(&last, group->id.name, kept);
        raw->groups.v[kept++] = *group;
    }
    raw->groups.n = kept;
    pg_map_free(&last);
}

/* A block of a group, without those excepts that have nothing to do with it. */
static void add_block(const struct resolver *resolver, const struct pg_cilium_ref *ref,
                      struct pg_cidr cidr, const struct pg_peer *from, peer_vec *peers)
{
    struct pg_cidr *except = pg_arena_array(arena(resolver), ref->nexcept, sizeof *except);
    struct pg_peer *peer = add(resolver, peers, from, PG_PEER_OUTSIDE);

    for (uint32_t i = 0; i < ref->nexcept; i++)
        if (pg_cidr_overlaps(ref->except[i], cidr))
            except[peer->nexcept++] = ref->except[i];
    peer->cidr = cidr;
    peer->except = except;
}

static bool resolve_groups(const struct resolver *resolver, const struct pg_cilium_ref *ref,
                           const struct pg_peer *from, peer_vec *peers)
{
    bool found = false;

    for (uint32_t i = 0; i < resolver->raw->groups.n; i++) {
        const struct pg_cilium_group *group = &resolver->raw->groups.v[i];
        if (ref->kind == PG_CILIUM_REF_GROUP ? group->id.name != ref->name
                                             : !pg_selector_matches(&ref->selector, group->labels))
            continue;
        found = true;
        for (uint32_t k = 0; k < group->ncidrs; k++)
            add_block(resolver, ref, group->cidrs[k], from, peers);
    }
    return found;
}

/* --- Services ---------------------------------------------------------------------------------- */

/* key = value, as a term. */
static struct pg_req equals(const struct resolver *resolver, pg_str key, pg_str value,
                            struct pg_loc loc)
{
    pg_str *values = pg_arena_alloc(arena(resolver), sizeof *values);

    *values = value;
    return (struct pg_req){.key = key, .op = PG_OP_IN, .values = values, .nvalues = 1, .loc = loc};
}

static struct pg_selector pairs(const struct resolver *resolver, const struct pg_label *labels,
                                uint32_t n, struct pg_loc loc)
{
    struct pg_req *reqs = pg_arena_array(arena(resolver), n, sizeof *reqs);

    for (uint32_t i = 0; i < n; i++)
        reqs[i] = equals(resolver, labels[i].key, labels[i].value, loc);
    return (struct pg_selector){.reqs = reqs, .nreqs = n, .present = true, .loc = loc};
}

/* Some address outside, and which is not known. */
static void add_unlisted(const struct resolver *resolver, const struct pg_service *service,
                         const struct pg_peer *from, peer_vec *peers)
{
    struct pg_peer *peer = add(resolver, peers, from, PG_PEER_ALL_OF);
    struct pg_peer *parts = pg_arena_array(arena(resolver), 2, sizeof *parts);

    peer->parts = parts;
    peer->nparts = 2;
    parts[0] = (struct pg_peer){.kind = PG_PEER_ENTITY,
                                .entities = PG_ENTITY_WORLD,
                                .field = from->field,
                                .index = from->index,
                                .loc = from->loc};
    parts[1] = parts[0];
    parts[1].kind = PG_PEER_MAYBE;
    parts[1].detail =
        pg_arena_printf(arena(resolver), "the endpoints of Service %.300s were not read",
                        pg_cluster_text(resolver->finish->cluster, service->name));
}

/* A Service's pods, or where it selects none the addresses that are listed for it: as Cilium takes those for
   blocks, they never are pods or nodes (13.14, 13.8). */
static void resolve_service(const struct resolver *resolver, const struct pg_service *service,
                            const struct pg_peer *from, peer_vec *peers)
{
    const struct pg_cluster *cluster = resolver->finish->cluster;
    struct pg_label ns = {resolver->name_label, cluster->namespaces[service->ns].name};
    struct pg_addr *addrs;
    uint32_t n;

    if (service->has_selector) {
        struct pg_peer *peer = add(resolver, peers, from, PG_PEER_SELECTOR);
        peer->namespace_selector = pairs(resolver, &ns, 1, from->loc);
        peer->pod_selector = pairs(resolver, service->selector.v, service->selector.n, from->loc);
        return;
    }
    n = addresses(resolver, service, &addrs);
    for (uint32_t i = 0; i < n; i++)
        add(resolver, peers, from, PG_PEER_OUTSIDE)->cidr = single(addrs[i]);
    if (!service->has_slices)
        add_unlisted(resolver, service, from, peers);
}

static bool resolve_services(const struct resolver *resolver, const struct pg_cilium_ref *ref,
                             const struct pg_peer *from, peer_vec *peers)
{
    const struct pg_cluster *cluster = resolver->finish->cluster;
    bool found = false;

    for (uint32_t i = 0; i < cluster->nservices; i++) {
        const struct pg_service *service = &cluster->services[i];
        if ((ref->ns && cluster->namespaces[service->ns].name != ref->ns) ||
            (ref->kind == PG_CILIUM_REF_SERVICE
                 ? service->name != ref->name
                 : !pg_selector_matches(&ref->selector, service->labels)))
            continue;
        found = true;
        resolve_service(resolver, service, from, peers);
    }
    return found;
}

/* --- the API server ------------------------------------------------------------------------------ */

/* It is known by the endpoints of the Service `kubernetes`, be they nodes or outside (13.7). */
static bool resolve_server(const struct resolver *resolver, const struct pg_peer *from,
                           peer_vec *peers)
{
    const struct pg_cluster *cluster = resolver->finish->cluster;
    uint32_t ns = pg_cluster_find_namespace(cluster, "default");
    uint32_t service = ns == PG_NONE ? PG_NONE : pg_cluster_find_service(cluster, ns, "kubernetes");
    struct pg_addr *addrs;
    uint32_t n = 0;

    if (service != PG_NONE)
        n = addresses(resolver, &cluster->services[service], &addrs);
    for (uint32_t i = 0; i < n; i++) {
        struct pg_peer *peer = add(resolver, peers, from, PG_PEER_ALL_OF);
        struct pg_peer *parts = pg_arena_array(arena(resolver), 2, sizeof *parts);
        parts[0] = (struct pg_peer){.kind = PG_PEER_NETWORKS,
                                    .cidr = single(addrs[i]),
                                    .field = from->field,
                                    .index = from->index,
                                    .loc = from->loc};
        parts[1] =
            (struct pg_peer){.kind = PG_PEER_ENTITY,
                             .entities = PG_ENTITY_WORLD | PG_ENTITY_HOST | PG_ENTITY_REMOTE_NODE,
                             .field = from->field,
                             .index = from->index,
                             .loc = from->loc};
        peer->parts = parts;
        peer->nparts = 2;
    }
    return n > 0;
}

/* --- rules ------------------------------------------------------------------------------------- */

static bool resolve(const struct resolver *resolver, const struct pg_cilium_ref *ref,
                    const struct pg_peer *from, peer_vec *peers)
{
    switch (ref->kind) {
    case PG_CILIUM_REF_GROUP:
    case PG_CILIUM_REF_GROUPS: return resolve_groups(resolver, ref, from, peers);
    case PG_CILIUM_REF_SERVICE:
    case PG_CILIUM_REF_SERVICES: return resolve_services(resolver, ref, from, peers);
    case PG_CILIUM_REF_API_SERVER: break;
    }
    return resolve_server(resolver, from, peers);
}

/* Puts what the references of a rule mean in their place; what is not known stays as a maybe. */
static void resolve_rule(const struct resolver *resolver, const struct pg_cilium_refs *refs)
{
    struct pg_rule *rule = refs->rule;
    peer_vec peers = {0};

    for (uint32_t i = 0; i < rule->npeers; i++)
        if (!refs->refs[i] || !resolve(resolver, refs->refs[i], &rule->peers[i], &peers))
            pg_vec_push(arena(resolver), &peers, rule->peers[i]);
    rule->peers = peers.v;
    rule->npeers = peers.n;
}

/* --- service accounts ---------------------------------------------------------------------------- */

/* Selectors read the service account as a label of the pod; it is given one. */
static void label_service_accounts(const struct resolver *resolver)
{
    struct pg_cluster *cluster = resolver->finish->cluster;
    pg_str key = pg_strs_puts(cluster->strs, PG_CILIUM_SERVICE_ACCOUNT);

    for (uint32_t i = 0; i < cluster->npods; i++) {
        struct pg_pod *pod = &cluster->pods[i];
        struct pg_label *labels =
            pg_arena_array(cluster->arena, (size_t)pod->labels.n + 1, sizeof *labels);
        uint32_t n = 0;
        for (uint32_t k = 0; k < pod->labels.n; k++)
            if (pod->labels.v[k].key != key)
                labels[n++] = pod->labels.v[k];
        labels[n++] = (struct pg_label){key, pod->service_account};
        pod->labels = pg_decode_sort_labels(labels, n);
    }
}

void pg_finish_cilium(struct pg_finish *finish)
{
    struct resolver resolver = {
        .finish = finish,
        .raw = finish->loader->cilium,
        .name_label = pg_strs_puts(finish->cluster->strs, PG_NAME_LABEL),
    };

    if (!resolver.raw)
        return;
    settle_groups(&resolver);
    for (uint32_t i = 0; i < resolver.raw->refs.n; i++)
        resolve_rule(&resolver, &resolver.raw->refs.v[i]);
    if (resolver.raw->service_accounts)
        label_service_accounts(&resolver);
}
