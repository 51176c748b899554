/* The peers of admin policies (semantics 11.13-11.18). */
#include <string.h>

#include "decode_admin.h"
#include "polgrid/addr.h"

#define MOST_CIDR 43 /* characters */

static struct pg_arena *arena_of(const struct pg_admin *admin)
{
    return admin->decode->loader->cluster->arena;
}

/* --- selectors --------------------------------------------------------------------------------- */

/* A peer as it was written before v0.1.3: it may select any pod, and nothing else (semantics 11.13). */
static void read_old(const struct pg_admin *admin, const struct pg_at *at, struct pg_peer *peer)
{
    struct pg_peer *parts = pg_arena_array(arena_of(admin), 2, sizeof *parts);

    pg_decode_say(admin->decode, PG_CODE_ADM_PEER_OLD, at,
                  "%s was written here before v0.1.3 of the API; the CRD drops it now, and what is "
                  "left may select every pod; write %s",
                  at->key,
                  strcmp(at->up->key, "pods") == 0 ? "namespaceSelector instead"
                                                   : "a label selector right under namespaces");
    parts[0] = (struct pg_peer){
        .kind = PG_PEER_SELECTOR, .any_namespace = true, .index = peer->index, .loc = peer->loc};
    parts[1] = (struct pg_peer){.kind = PG_PEER_MAYBE,
                                .field = pg_admin_path(admin, at),
                                .detail = "the peer is written as in an older version of the API, "
                                          "and what a cluster makes of it depends on its version",
                                .index = peer->index,
                                .loc = pg_decode_loc(admin->decode, at)};
    peer->kind = PG_PEER_ALL_OF;
    peer->parts = parts;
    peer->nparts = 2;
}

/* The field of an older version that a peer has; one without a node where it has none. */
static struct pg_at old_field(const struct pg_at *at, const char *const *names, size_t n)
{
    struct pg_at field = {0};

    for (size_t i = 0; i < n && !field.raw; i++)
        field = pg_at_get(at, names[i]);
    return field;
}

static void read_namespaces(const struct pg_admin *admin, const struct pg_at *at,
                            struct pg_peer *peer)
{
    static const char *const old_names[] = {"namespaceSelector", "sameLabels", "notSameLabels"};
    struct pg_at old = old_field(at, old_names, 3);

    peer->namespace_selector = pg_decode_selector(admin->decode, at);
    peer->any_namespace = true;
    if (old.raw)
        read_old(admin, &old, peer);
}

static void read_pods(const struct pg_admin *admin, const struct pg_at *at, struct pg_peer *peer)
{
    static const char *const old_names[] = {"namespaces"};
    struct pg_at old = old_field(at, old_names, 1);
    struct pg_admin_pods both;

    if (old.raw) {
        read_old(admin, &old, peer);
        return;
    }
    both = pg_admin_read_pods(admin, at);
    peer->namespace_selector = both.namespaces;
    peer->pod_selector = both.pods;
    peer->any_namespace = true;
}

/* --- networks ---------------------------------------------------------------------------------- */

/* Whether an item of a list stands in it before already; in lists that are too long nobody looks. */
static bool is_repeated(const struct pg_at *list, uint32_t i, const char *text)
{
    for (uint32_t k = 0; k < i && i < PG_ADMIN_MOST_NAMES; k++) {
        struct pg_at at = pg_at_item(list, k);
        const char *other = pg_at_text(&at);
        if (other && strcmp(other, text) == 0)
            return true;
    }
    return false;
}

static void check_repeated(const struct pg_admin *admin, const struct pg_at *list,
                           const struct pg_at *at, const char *text)
{
    if (is_repeated(list, at->index, text))
        pg_decode_say(admin->decode, PG_CODE_ADM_TWICE, at,
                      "\"%.100s\" stands in this list already; the CRD refuses that", text);
}

/* The CRD takes host bits, until v1beta1, but neither leading zeros nor IPv4 blocks in IPv6 clothes. */
static bool read_cidr(const struct pg_admin *admin, const struct pg_at *at, const char *text,
                      struct pg_cidr *cidr)
{
    unsigned odd = 0;
    bool strict = strstr(admin->decode->api_version, "/v1alpha") == NULL;
    struct pg_buf plain = {0};

    if (strlen(text) > MOST_CIDR || !pg_cidr_parse(text, cidr, &odd) ||
        odd & (PG_ADDR_LEADING_ZERO | PG_ADDR_MAPPED)) {
        pg_decode_say(admin->decode, PG_CODE_ADM_CIDR, at,
                      "\"%.60s\" is not a CIDR that the CRD takes; a single address needs /32 or "
                      "/128",
                      text);
        return false;
    }
    if (!(odd & PG_ADDR_HOST_BITS))
        return true;
    pg_cidr_print(&plain, *cidr);
    pg_decode_say(admin->decode, strict ? PG_CODE_ADM_CIDR : PG_CODE_ADM_CIDR_ODD, at,
                  "%.60s has bits set beyond its prefix%s; write %s", text,
                  strict ? ", which the CRD refuses" : " and is read without them",
                  pg_buf_text(&plain));
    pg_buf_free(&plain);
    return !strict;
}

/* semantics 11.14 */
static void read_networks(const struct pg_admin *admin, const struct pg_at *list,
                          const struct pg_peer *blank, struct pg_admin_peers *out)
{
    pg_admin_check_length(admin, list, PG_ADMIN_MOST_NAMES);
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        struct pg_peer peer = *blank;
        if (!text)
            continue;
        peer.kind = PG_PEER_NETWORKS;
        peer.loc = pg_decode_loc(admin->decode, &at);
        peer.field = pg_admin_path(admin, &at);
        check_repeated(admin, list, &at, text);
        if (read_cidr(admin, &at, text, &peer.cidr))
            pg_vec_push(arena_of(admin), &out->list, peer);
    }
}

/* --- domain names ------------------------------------------------------------------------------ */

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label(const char *text, size_t n)
{
    if (n == 0 || !is_alnum(text[0]) || !is_alnum(text[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_alnum(text[i]) && text[i] != '-' && text[i] != '_')
            return false;
    return true;
}

/* Two labels or more, `*.` before them, a dot behind them. */
static bool is_domain(const char *text)
{
    uint32_t labels = 0;

    if (strncmp(text, "*.", 2) == 0)
        text += 2;
    while (*text) {
        size_t n = strcspn(text, ".");
        if (!is_label(text, n))
            return false;
        labels++;
        text += n;
        text += *text == '.';
    }
    return labels >= 2;
}

/* semantics 11.16 */
static void read_domains(const struct pg_admin *admin, const struct pg_at *list,
                         enum pg_action action, const struct pg_peer *blank,
                         struct pg_admin_peers *out)
{
    struct pg_peer peer = *blank;

    pg_admin_check_length(admin, list, PG_ADMIN_MOST_NAMES);
    pg_admin_experimental(admin, list);
    if (action != PG_ACTION_ALLOW)
        pg_decode_say(admin->decode, PG_CODE_ADM_DOMAIN_ACTION, list,
                      "the API knows domainNames in %s rules only; what a plugin does here is open",
                      admin->allow);
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        if (!text)
            continue;
        check_repeated(admin, list, &at, text);
        if (!is_domain(text))
            pg_decode_say(admin->decode, PG_CODE_ADM_DOMAIN, &at,
                          "\"%.100s\" is no domain name; write it like www.example.com or "
                          "*.example.com",
                          text);
    }
    peer.kind = PG_PEER_NAMES;
    peer.field = pg_admin_path(admin, list);
    peer.detail = "domain names are known to those who ask DNS, not from manifests";
    pg_vec_push(arena_of(admin), &out->list, peer);
}

/* --- peers ------------------------------------------------------------------------------------- */

enum { NAMESPACES, PODS, NETWORKS, NODES, DOMAIN_NAMES };

static const char *const peer_names[] = {
    [NAMESPACES] = "namespaces",    [PODS] = "pods", [NETWORKS] = "networks", [NODES] = "nodes",
    [DOMAIN_NAMES] = "domainNames",
};

/* An ingress peer has the first two fields, one of a BaselineAdminNetworkPolicy all but the last. */
static size_t count_names(const struct pg_admin *admin, const struct pg_at *peers)
{
    if (strcmp(peers->key, "to") != 0)
        return NETWORKS;
    return admin->kind == PG_POLICY_BASELINE_ADMIN ? DOMAIN_NAMES : DOMAIN_NAMES + 1;
}

/* Not just one thing: what the CRD refuses, and what only a newer CRD can have let through. Returns whether
   the peer can be read. */
static bool is_one_thing(const struct pg_admin *admin, const struct pg_at *at,
                         struct pg_admin_choice choice, enum pg_action action,
                         struct pg_admin_peers *out)
{
    if (choice.known == 1)
        return true;
    if (choice.known == 0 && choice.unknown > 0) {
        out->unknown = true;
        pg_decode_say(admin->decode, PG_CODE_ADM_PEER_UNKNOWN, at,
                      "a peer of a sort that is not known here: %s",
                      action == PG_ACTION_ALLOW ? "it matches nothing"
                                                : "the whole rule is taken to deny everything");
        return false;
    }
    pg_decode_say(admin->decode, PG_CODE_ADM_PEER, at, "%s",
                  choice.known
                      ? "a peer is one thing; make one peer of each field"
                      : "this peer says nothing; write namespaces: {} if every pod is meant");
    return false;
}

static void read_peer(const struct pg_admin *admin, const struct pg_at *peers,
                      const struct pg_at *at, enum pg_action action, struct pg_admin_peers *out)
{
    struct pg_admin_choice choice = pg_admin_choose(at, peer_names, count_names(admin, peers));
    struct pg_peer peer = {.index = at->index, .loc = pg_decode_loc(admin->decode, at)};
    struct pg_at field;

    if (!is_one_thing(admin, at, choice, action, out))
        return;
    field = pg_at_get(at, peer_names[choice.which]);
    out->nameless = out->nameless || choice.which >= NETWORKS;
    switch (choice.which) {
    case NAMESPACES: read_namespaces(admin, &field, &peer); break;
    case PODS: read_pods(admin, &field, &peer); break;
    case NETWORKS: read_networks(admin, &field, &peer, out); return;
    case NODES: /* semantics 11.15 */
        pg_admin_experimental(admin, &field);
        peer.kind = PG_PEER_NODES;
        peer.field = pg_admin_path(admin, &field);
        peer.pod_selector = pg_decode_selector(admin->decode, &field);
        break;
    default: read_domains(admin, &field, action, &peer, out); return;
    }
    pg_vec_push(arena_of(admin), &out->list, peer);
}

void pg_admin_read_peers(const struct pg_admin *admin, const struct pg_at *list,
                         enum pg_action action, struct pg_admin_peers *out)
{
    pg_admin_check_length(admin, list, admin->most);
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        if (!pg_admin_is_mistyped(&at, PG_TREE_MAP))
            read_peer(admin, list, &at, action, out);
    }
}
