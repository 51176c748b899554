/* The other end of Cilium's rules: from…, to… (semantics 13.5-13.8, 13.12, 13.14, 13.15, 13.18, 13.19). */
#include <string.h>

#include "cilium.h"

/* The peers of a rule while they are read; `refs` runs beside `peers`. */
struct gather {
    struct pg_decode *decode;
    PG_VEC(struct pg_peer) peers;
    PG_VEC(const struct pg_cilium_ref *) refs;
    bool has_refs;
};

static struct pg_arena *arena(const struct gather *gather)
{
    return gather->decode->loader->cluster->arena;
}

/* A new peer; its address holds until the next one. */
static struct pg_peer *add(struct gather *gather, const struct pg_at *at, enum pg_peer_kind kind,
                           const struct pg_cilium_ref *ref)
{
    struct pg_peer *peer = pg_vec_add(arena(gather), &gather->peers);

    pg_vec_push(arena(gather), &gather->refs, ref);
    gather->has_refs |= ref != NULL;
    peer->kind = kind;
    peer->index = at->index;
    peer->loc = pg_decode_loc(gather->decode, at);
    if (kind != PG_PEER_OUTSIDE && kind != PG_PEER_SELECTOR)
        peer->field = pg_cilium_path(gather->decode, at);
    return peer;
}

/* Turns a peer into one that is a maybe for what it matches, and no more than that. */
static void make_maybe(struct gather *gather, struct pg_peer *peer, const struct pg_at *at,
                       const char *detail)
{
    struct pg_peer *parts = pg_arena_array(arena(gather), 2, sizeof *parts);

    parts[0] = *peer;
    parts[1] = (struct pg_peer){.kind = PG_PEER_MAYBE,
                                .field = pg_cilium_path(gather->decode, at),
                                .detail = detail,
                                .loc = peer->loc,
                                .index = peer->index};
    *peer = (struct pg_peer){.kind = PG_PEER_ALL_OF,
                             .parts = parts,
                             .nparts = 2,
                             .field = parts[1].field,
                             .loc = peer->loc,
                             .index = peer->index};
}

static void add_maybe(struct gather *gather, const struct pg_at *at, unsigned entities,
                      const struct pg_cilium_ref *ref, const char *detail)
{
    struct pg_peer *peer = add(gather, at, PG_PEER_ENTITY, ref);

    peer->entities = entities;
    make_maybe(gather, peer, at, detail);
}

/* --- endpoints ----------------------------------------------------------------------------------- */

static void read_endpoints(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (!pg_cilium_item(gather->decode, &at))
            continue;
        struct pg_cilium_selector selector = pg_cilium_peer_selector(gather->decode, &at);
        if (!selector.no_pod) {
            struct pg_peer *peer = add(gather, &at, PG_PEER_SELECTOR, NULL);
            peer->namespace_selector = selector.namespaces;
            peer->pod_selector = selector.pods;
            peer->any_namespace = selector.any_namespace;
            if (selector.cluster)
                make_maybe(gather, peer, &at, "the name of the cluster is not known");
        }
        if (selector.no_pod || selector.entities)
            add(gather, &at, PG_PEER_ENTITY, NULL)->entities = selector.entities;
    }
}

/* --- blocks -------------------------------------------------------------------------------------- */

bool pg_cilium_cidr(struct pg_decode *decode, const struct pg_at *at, struct pg_cidr *cidr)
{
    const char *text = pg_at_string(at);
    struct pg_buf plain = {0};
    unsigned odd = 0;

    if (at->node && !text) /* reported */
        return false;
    if (!text || !pg_cidr_parse(text, cidr, &odd)) {
        pg_decode_say(decode, PG_CODE_CIL_CIDR, at,
                      "\"%.60s\" is not a CIDR; a single address needs /32 or /128",
                      text ? text : "");
        return false;
    }
    if (odd & PG_ADDR_LEADING_ZERO) {
        pg_decode_say(decode, PG_CODE_CIL_CIDR, at,
                      "%.60s has leading zeros, which Cilium does not take", text);
        return false;
    }
    if (odd & PG_ADDR_HOST_BITS) {
        pg_cidr_print(&plain, *cidr);
        pg_decode_say(decode, PG_CODE_CIL_CIDR_ODD, at,
                      "%.60s is read as %s, for bits beyond its prefix are set; write it so", text,
                      pg_buf_text(&plain));
        pg_buf_free(&plain);
    }
    return true;
}

static void read_cidrs(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        struct pg_cidr cidr;
        if (pg_cilium_item(gather->decode, &at) && pg_cilium_cidr(gather->decode, &at, &cidr))
            add(gather, &at, PG_PEER_OUTSIDE, NULL)->cidr = cidr;
    }
}

/* Whether the address that an except is written with lies in the block, which is what Cilium asks. */
static bool begins_inside(const char *except, const struct pg_cidr *cidr)
{
    char text[64];
    size_t n = strcspn(except, "/");
    struct pg_addr addr;

    if (n >= sizeof text)
        return false;
    memcpy(text, except, n);
    text[n] = '\0';
    return pg_addr_parse(text, &addr, NULL) && pg_cidr_has(*cidr, addr);
}

/* `cidr` is NULL where the excepts are those of a group. */
static const struct pg_cidr *read_excepts(struct gather *gather, const struct pg_at *rule,
                                          const struct pg_cidr *cidr, uint32_t *n)
{
    struct pg_at list = pg_at_get(rule, "except");
    struct pg_cidr *excepts = pg_arena_array(arena(gather), pg_at_items(&list), sizeof *excepts);

    *n = 0;
    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at at = pg_at_item(&list, i);
        if (!pg_cilium_item(gather->decode, &at) ||
            !pg_cilium_cidr(gather->decode, &at, &excepts[*n]))
            continue;
        if (cidr && !begins_inside(pg_at_string(&at), cidr))
            pg_decode_say(gather->decode, PG_CODE_CIL_CIDR, &at, "this except is not inside cidr");
        ++*n;
    }
    return excepts;
}

/* A reference to CIDR groups; the groups themselves may come later. */
static void read_group(struct gather *gather, const struct pg_at *at)
{
    struct pg_at name = pg_at_get(at, "cidrGroupRef"), by = pg_at_get(at, "cidrGroupSelector");
    struct pg_cilium_ref *ref = pg_arena_alloc(arena(gather), sizeof *ref);
    const char *detail = "no CiliumCIDRGroup of these labels was read";

    ref->except = read_excepts(gather, at, NULL, &ref->nexcept);
    if (name.node) {
        ref->name = pg_decode_field(gather->decode, at, "cidrGroupRef");
        if (!ref->name && pg_at_string(&name))
            pg_decode_say(gather->decode, PG_CODE_CIL_CIDR, &name, "cidrGroupRef needs a name");
        detail = pg_arena_printf(arena(gather), "the CiliumCIDRGroup %.300s was not read",
                                 pg_cluster_text(gather->decode->loader->cluster, ref->name));
    } else {
        ref->kind = PG_CILIUM_REF_GROUPS;
        ref->selector = pg_cilium_plain_selector(gather->decode, &by);
    }
    add_maybe(gather, at, PG_ENTITY_WORLD, ref, detail);
}

static void read_cidr_set(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i), block = pg_at_get(&at, "cidr");
        struct pg_at name = pg_at_get(&at, "cidrGroupRef"),
                     by = pg_at_get(&at, "cidrGroupSelector");
        int ways = (block.node != NULL) + (name.node != NULL) + (by.node != NULL);
        struct pg_cidr cidr;
        if (!pg_cilium_item(gather->decode, &at))
            continue;
        if (ways != 1)
            pg_decode_say(gather->decode, PG_CODE_CIL_CIDR, &at,
                          "this needs just one of cidr, cidrGroupRef and cidrGroupSelector");
        else if (!block.node)
            read_group(gather, &at);
        else if (pg_cilium_cidr(gather->decode, &block, &cidr)) {
            struct pg_peer *peer = add(gather, &at, PG_PEER_OUTSIDE, NULL);
            peer->cidr = cidr;
            peer->except = read_excepts(gather, &at, &cidr, &peer->nexcept);
        }
    }
}

/* --- entities ------------------------------------------------------------------------------------ */

#define NODES (PG_ENTITY_HOST | PG_ENTITY_REMOTE_NODE)

static const struct {
    const char *name;
    unsigned entities;
    const char *detail; /* where it is a maybe */
} entities[] = {
    {"all", PG_ENTITY_WORLD | PG_ENTITY_PODS | NODES, NULL},
    {"world", PG_ENTITY_WORLD, NULL},
    {"cluster", PG_ENTITY_PODS | NODES, NULL},
    {"host", PG_ENTITY_HOST, NULL},
    {"remote-node", PG_ENTITY_REMOTE_NODE, NULL},
    {"kube-apiserver", PG_ENTITY_MAYBE_NODE, "the addresses of the API server are not known"},
    {"ingress", PG_ENTITY_MAYBE_WORLD, "the addresses of Cilium's ingress are not known"},
    {"init", 0, NULL},
    {"health", 0, NULL},
    {"unmanaged", 0, NULL},
    {"none", 0, NULL},
};

static void read_entity(struct gather *gather, const struct pg_at *at)
{
    static const struct pg_cilium_ref server = {.kind = PG_CILIUM_REF_API_SERVER};
    const char *text = pg_at_string(at);

    for (size_t i = 0; text && i < sizeof entities / sizeof *entities; i++) {
        if (strcmp(text, entities[i].name) != 0)
            continue;
        bool is_server = entities[i].entities == PG_ENTITY_MAYBE_NODE;
        struct pg_peer *peer = add(gather, at, PG_PEER_ENTITY, is_server ? &server : NULL);
        peer->entities = entities[i].entities;
        peer->detail = entities[i].detail;
        return;
    }
    if (text)
        pg_decode_say(gather->decode, PG_CODE_CIL_ENTITY, at,
                      "\"%.60s\" is no entity; there are all, world, cluster, host, remote-node, "
                      "kube-apiserver, ingress, init, health, unmanaged and none",
                      text);
}

static void read_entities(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (pg_cilium_item(gather->decode, &at))
            read_entity(gather, &at);
    }
}

/* --- names and Services ---------------------------------------------------------------------------- */

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

static void read_names(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i), name = pg_at_get(&at, "matchName");
        struct pg_at pattern = pg_at_get(&at, "matchPattern");
        const char *text = pg_at_string(name.node ? &name : &pattern);
        if (!pg_cilium_item(gather->decode, &at))
            continue;
        if ((name.node != NULL) + (pattern.node != NULL) != 1 || (text && !*text))
            pg_decode_say(gather->decode, PG_CODE_CIL_FQDN, &at,
                          "this needs just one of matchName and matchPattern");
        else if (text && text[strspn(text, name.node ? NAME_CHARS : NAME_CHARS "*")] != '\0')
            pg_decode_say(gather->decode, PG_CODE_CIL_FQDN, &at,
                          "\"%.60s\" is no domain name: it has letters, digits, -, _ and ., and * "
                          "in a pattern",
                          text);
        add(gather, &at, PG_PEER_NAMES, NULL)->detail = pg_arena_printf(
            arena(gather), "which addresses %.255s has is not known", text ? text : "a name");
    }
}

static void read_service(struct gather *gather, const struct pg_at *at)
{
    struct pg_at by = pg_at_get(at, "k8sServiceSelector"), one = pg_at_get(at, "k8sService");
    struct pg_at selector = pg_at_get(&by, "selector");
    struct pg_cilium_ref *ref = pg_arena_alloc(arena(gather), sizeof *ref);
    const char *detail = "no Service of these labels was read";

    if (by.node) {
        ref->kind = PG_CILIUM_REF_SERVICES;
        ref->ns = pg_decode_field(gather->decode, &by, "namespace");
        ref->selector = pg_decode_selector(gather->decode, &selector);
        if (!selector.node)
            pg_decode_say(gather->decode, PG_CODE_CIL_SERVICE, &selector,
                          "k8sServiceSelector needs a selector");
    } else {
        ref->kind = PG_CILIUM_REF_SERVICE;
        ref->ns = pg_decode_field(gather->decode, &one, "namespace");
        ref->name = pg_decode_field(gather->decode, &one, "serviceName");
        detail = pg_arena_printf(arena(gather), "the Service %.300s was not read",
                                 pg_cluster_text(gather->decode->loader->cluster, ref->name));
    }
    if (!by.node && !ref->name) { /* means no Service */
        add(gather, at, PG_PEER_ENTITY, NULL);
        return;
    }
    add(gather, at, PG_PEER_MAYBE, ref)->detail = detail;
}

static void read_services(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (pg_cilium_item(gather->decode, &at))
            read_service(gather, &at);
    }
}

/* --- what is not evaluated (13.15) ------------------------------------------------------------------- */

static void read_nodes(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (!pg_cilium_item(gather->decode, &at))
            continue;
        pg_cilium_plain_selector(gather->decode, &at);
        add_maybe(gather, &at, NODES, NULL, "nodes that are chosen by label are not evaluated");
    }
}

static void read_groups(struct gather *gather, const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (pg_cilium_item(gather->decode, &at))
            add_maybe(gather, &at, PG_ENTITY_WORLD, NULL,
                      "groups of a cloud provider are not evaluated");
    }
}

static void warn_partial(struct pg_decode *decode, const struct pg_at *list, const char *what)
{
    if (pg_at_items(list) > 0)
        pg_decode_say(decode, PG_CODE_CIL_PARTIAL, list,
                      "polgrid does not evaluate %s; %s is shown as unknown", list->key, what);
}

/* --- rules ------------------------------------------------------------------------------------- */

enum field {
    FIELD_ENDPOINTS,
    FIELD_CIDR,
    FIELD_CIDR_SET,
    FIELD_ENTITIES,
    FIELD_NODES,
    FIELD_GROUPS,
    FIELD_NAMES,
    FIELD_SERVICES,
    NFIELDS,
};

/* By pg_dir; NULL: there is none. */
static const char *const field_names[2][NFIELDS] = {
    [PG_EGRESS] = {"toEndpoints", "toCIDR", "toCIDRSet", "toEntities", "toNodes", "toGroups",
                   "toFQDNs", "toServices"},
    [PG_INGRESS] = {"fromEndpoints", "fromCIDR", "fromCIDRSet", "fromEntities", "fromNodes",
                    "fromGroups", NULL, NULL},
};

static void (*const readers[NFIELDS])(struct gather *gather, const struct pg_at *list) = {
    read_endpoints, read_cidrs,  read_cidr_set, read_entities,
    read_nodes,     read_groups, read_names,    read_services,
};

/* Only one sort of peer may stand in a rule (13.18); empty lists are none. */
static void check_combination(struct pg_decode *decode, const struct pg_at *rule,
                              const struct pg_at *fields)
{
    const char *first = NULL;

    for (int f = 0; f < NFIELDS; f++) {
        if (pg_at_items(&fields[f]) == 0)
            continue;
        if (first)
            pg_decode_say(decode, PG_CODE_CIL_COMBINE, rule,
                          "%s and %s cannot stand in one rule; make two of it", first,
                          fields[f].key);
        else
            first = fields[f].key;
    }
}

/* Whether an empty list makes the rule match nobody. Some lists are as good as missing when they are empty
   (13.19). */
static bool has_empty(struct pg_decode *decode, const struct pg_at *fields)
{
    bool empty = false;

    for (int f = 0; f <= FIELD_NODES; f++) {
        bool beside_names = f != FIELD_ENDPOINTS && f != FIELD_NODES &&
                            pg_at_items(&fields[FIELD_NAMES]) > 0; /* those add up */
        if (!fields[f].node || fields[f].node->kind != PG_TREE_SEQ || beside_names ||
            pg_at_items(&fields[f]) > 0)
            continue;
        pg_decode_say(decode, PG_CODE_CIL_EMPTY_LIST, &fields[f],
                      "an empty list matches nobody, and so the rule allows or denies nothing; "
                      "leave %s out if everybody is meant",
                      fields[f].key);
        empty = true;
    }
    return empty;
}

struct pg_cilium_peers pg_cilium_peers(struct pg_decode *decode, const struct pg_at *rule,
                                       const struct pg_cilium_list *list)
{
    struct gather gather = {.decode = decode};
    struct pg_cilium_peers out = {.none = true};
    struct pg_at fields[NFIELDS];
    struct pg_at requires = pg_at_get(rule, list->dir == PG_EGRESS ? "toRequires" : "fromRequires");

    for (int f = 0; f < NFIELDS; f++) {
        const char *name = field_names[list->dir][f];
        bool missing = !name || (f == FIELD_NAMES && list->action == PG_ACTION_DENY);
        fields[f] = missing ? (struct pg_at){0} : pg_at_get(rule, name);
        readers[f](&gather, &fields[f]);
        if (pg_at_items(&fields[f]) == 0)
            continue;
        out.none = false;
        out.list = name;
    }
    check_combination(decode, rule, fields);
    warn_partial(decode, &fields[FIELD_NODES], "what it may match");
    warn_partial(decode, &fields[FIELD_GROUPS], "what it may match");
    warn_partial(decode, &requires, "this direction of what the policy selects");
    out.requires = pg_at_items(&requires) > 0;
    if (has_empty(decode, fields)) {
        out.none = false;
        return out;
    }
    out.peers = gather.peers.v;
    out.refs = gather.refs.v;
    out.n = gather.peers.n;
    out.has_refs = gather.has_refs;
    return out;
}
