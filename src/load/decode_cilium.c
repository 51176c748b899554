/* CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy and CiliumCIDRGroup of cilium.io (semantics 13). */
#include <string.h>

#include "cilium.h"

/* A rule, and what its peers refer to (NULL where none does). */
struct found {
    struct pg_rule rule;
    const struct pg_cilium_ref *const *refs;
};

typedef PG_VEC(struct found) found_vec;

/* One spec: a policy of its own, with the name of its object. */
struct spec {
    struct pg_policy policy;
    found_vec rules[2];      /* by pg_dir: denies, then allows */
    const char *requires[2]; /* where fromRequires or toRequires is; NULL: nowhere */
    const char *why_not;     /* it can't be evaluated at all */
};

typedef PG_VEC(struct spec) spec_vec;

/* In the order in which rules are asked. */
static const struct pg_cilium_list lists[] = {
    {"ingressDeny", PG_INGRESS, PG_ACTION_DENY},
    {"egressDeny", PG_EGRESS, PG_ACTION_DENY},
    {"ingress", PG_INGRESS, PG_ACTION_ALLOW},
    {"egress", PG_EGRESS, PG_ACTION_ALLOW},
};

#define NLISTS (sizeof lists / sizeof *lists)

static struct pg_arena *arena(const struct pg_decode *decode)
{
    return decode->loader->cluster->arena;
}

/* --- what the files of this kind share ----------------------------------------------------------------- */

const char *pg_cilium_path(const struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_buf path = {0};
    const char *kept;

    pg_at_path(&path, at);
    kept = pg_arena_strndup(arena(decode), pg_buf_text(&path), path.n);
    pg_buf_free(&path);
    return kept;
}

bool pg_cilium_item(struct pg_decode *decode, const struct pg_at *at)
{
    if (at->node)
        return at->node->kind == PG_TREE_MAP || pg_at_string(at); /* else its type was reported */
    pg_decode_say(decode, PG_CODE_OBJ_TYPE, at,
                  "a bare dash is null, and the API server takes no null in this list");
    return false;
}

struct pg_cilium_raw *pg_cilium_raw(struct pg_loader *loader)
{
    if (!loader->cilium)
        loader->cilium = pg_arena_alloc(loader->work, sizeof *loader->cilium);
    return loader->cilium;
}

/* --- rules ------------------------------------------------------------------------------------- */

/* authentication.mode; what it asks of the other end is not among the objects (13.11). */
static void read_authentication(struct pg_decode *decode, const struct pg_at *at,
                                struct pg_rule *rule)
{
    struct pg_at authentication = pg_at_get(at, "authentication");
    struct pg_at mode = pg_at_get(&authentication, "mode");
    const char *text = pg_at_string(&mode);

    if (!authentication.node || rule->action == PG_ACTION_DENY ||
        (text && !strcmp(text, "disabled")))
        return;
    if (!text || (strcmp(text, "required") != 0 && strcmp(text, "test-always-fail") != 0))
        pg_decode_say(decode, PG_CODE_CIL_AUTHENTICATION, &mode,
                      "mode is disabled, required or test-always-fail");
    rule->maybe_field = pg_cilium_path(decode, &mode);
    rule->maybe_detail = "both ends have to prove who they are first";
    rule->may_refuse = true;
}

/* semantics 13.5 */
static void warn_empty(struct pg_decode *decode, const struct pg_at *at, enum pg_action action)
{
    if (action == PG_ACTION_DENY)
        pg_decode_say(decode, PG_CODE_CIL_EMPTY_RULE, at,
                      "a rule without peers and ports denies nothing");
    else
        pg_decode_say(
            decode, PG_CODE_CIL_EMPTY_RULE, at,
            "a rule without peers and ports allows nothing, other than in a NetworkPolicy; "
            "write fromEntities or toEntities: [all] if everything is meant");
}

static void read_rule(struct pg_decode *decode, const struct pg_at *at,
                      const struct pg_cilium_list *list, struct spec *spec)
{
    const struct pg_cilium_ports *ports;
    bool no_ports;
    struct pg_cilium_peers peers = pg_cilium_peers(decode, at, list);
    uint32_t n = pg_cilium_ports(decode, at, list, &ports, &no_ports);
    struct pg_rule rule = {.action = list->action,
                           .index = at->index,
                           .list = list->name,
                           .peer_list = peers.list,
                           .peers = peers.peers,
                           .npeers = peers.n,
                           .any_peer = peers.none && !no_ports,
                           .loc = pg_decode_loc(decode, at),
                           .end = pg_decode_end(decode, at)};

    read_authentication(decode, at, &rule);
    if (peers.none && no_ports)
        warn_empty(decode, at, list->action);
    if (peers.requires && !spec->requires[list->dir])
    spec->requires[list->dir] = pg_cilium_path(decode, at);
    for (uint32_t i = 0; i < n; i++) {
        struct found *found = pg_vec_add(decode->loader->work, &spec->rules[list->dir]);
        found->rule = rule;
        found->refs = peers.has_refs ? peers.refs : NULL;
        found->rule.ports = ports[i].ports;
        found->rule.nports = ports[i].nports;
        found->rule.any_port = ports[i].any_port;
        if (rule.maybe_field)
            continue;
        found->rule.maybe_field = ports[i].maybe_field;
        found->rule.maybe_detail = ports[i].maybe_detail;
        found->rule.may_refuse = ports[i].may_refuse;
    }
}

/* What isolates: 13.3, 13.4. */
static void read_rules(struct pg_decode *decode, const struct pg_at *at, struct spec *spec)
{
    struct pg_at deny = pg_at_get(at, "enableDefaultDeny");
    struct pg_at switches[] = {
        [PG_EGRESS] = pg_at_get(&deny, "egress"), [PG_INGRESS] = pg_at_get(&deny, "ingress")};
    bool *has = spec->policy.has_type;

    for (size_t l = 0; l < NLISTS; l++) {
        struct pg_at list = pg_at_get(at, lists[l].name);
        for (uint32_t i = 0; i < pg_at_items(&list); i++) {
            struct pg_at item = pg_at_item(&list, i);
            has[lists[l].dir] = true;
            if (pg_cilium_item(decode, &item))
                read_rule(decode, &item, &lists[l], spec);
        }
    }
    for (int dir = 0; dir < 2; dir++)
        spec->policy.isolates[dir] = has[dir] && (!switches[dir].node || pg_at_true(&switches[dir]));
    if (!has[PG_INGRESS] && !has[PG_EGRESS])
        pg_decode_say(decode, PG_CODE_CIL_SPEC, at,
                      "there is no rule in ingress, ingressDeny, egress or egressDeny, and Cilium "
                      "refuses that");
}

/* --- subjects ---------------------------------------------------------------------------------- */

static void read_subject(struct pg_decode *decode, const struct pg_at *at, struct spec *spec)
{
    struct pg_at pods = pg_at_get(at, "endpointSelector"), nodes = pg_at_get(at, "nodeSelector");
    struct pg_policy *policy = &spec->policy;

    if ((pods.node != NULL) == (nodes.node != NULL)) {
        pg_decode_say(decode, PG_CODE_CIL_SUBJECT, at, "this needs %s",
                      pods.node ? "just one of endpointSelector and nodeSelector"
                      : decode->ns
                          ? "an endpointSelector; write {} if every pod is meant"
                          : "an endpointSelector (or a nodeSelector); write {} if every pod "
                            "is meant");
    } else if (nodes.node) {
        policy->pod_selector = pg_cilium_plain_selector(decode, &nodes);
        policy->of_nodes = true;
        spec->why_not = "uses nodeSelector, a host policy, which is not evaluated";
        if (decode->ns)
            pg_decode_say(decode, PG_CODE_CIL_SUBJECT, &nodes,
                          "nodeSelector is for CiliumClusterwideNetworkPolicy only");
    } else {
        struct pg_cilium_selector selector = pg_cilium_subject(decode, &pods);
        policy->namespace_selector = selector.namespaces;
        policy->pod_selector = selector.pods;
        policy->pod_selector.present = true;
        if (selector.cluster)
            spec->why_not = "selects by the name of the cluster, which is not known";
    }
}

static struct spec read_spec(struct pg_decode *decode, const struct pg_at *at)
{
    struct spec spec = {
        .policy = {.kind = PG_POLICY_CILIUM, .spec_path = pg_cilium_path(decode, at)}};

    read_subject(decode, at, &spec);
    read_rules(decode, at, &spec);
    return spec;
}

/* --- objects ----------------------------------------------------------------------------------- */

static void add_policy(struct pg_decode *decode, struct pg_raw_id id, const struct pg_policy *policy)
{
    struct pg_raw_policy raw = {.id = id, .policy = *policy};

    pg_vec_push_heap(&decode->loader->policies, raw);
}

/* What a spec says and polgrid does not evaluate is a policy of its own, whose subject is unknown in the
   directions that it speaks of. */
static void add_unevaluated(struct pg_decode *decode, struct pg_raw_id id,
                            const struct pg_policy *policy, const bool dirs[2], const char *why_not)
{
    struct pg_policy unevaluated = *policy;

    unevaluated.kind = PG_POLICY_UNEVALUATED;
    unevaluated.why_not = why_not;
    for (int dir = 0; dir < 2; dir++) {
        unevaluated.has_type[dir] = dirs[dir];
        unevaluated.isolates[dir] = false;
        unevaluated.nrules[dir] = 0;
    }
    add_policy(decode, id, &unevaluated);
    pg_decode_say(decode, PG_CODE_POLICY_UNEVALUATED, NULL,
                  "%s: it %s; what it selects is shown as unknown", policy->spec_path, why_not);
}

/* Gives the rules of a direction their place, and notes those that name other objects. */
static void keep_rules(struct pg_decode *decode, const found_vec *found, struct pg_policy *policy,
                       int dir)
{
    struct pg_rule *rules = pg_arena_array(arena(decode), found->n, sizeof *rules);

    for (uint32_t i = 0; i < found->n; i++) {
        struct pg_cilium_refs refs = {&rules[i], found->v[i].refs};
        rules[i] = found->v[i].rule;
        if (refs.refs)
            pg_vec_push(decode->loader->work, &pg_cilium_raw(decode->loader)->refs, refs);
    }
    policy->rules[dir] = rules;
    policy->nrules[dir] = found->n;
}

static void keep_spec(struct pg_decode *decode, struct pg_raw_id id, const struct pg_at *object,
                      struct spec *spec)
{
    struct pg_policy *policy = &spec->policy;

    policy->loc = id.loc;
    policy->end = pg_decode_end(decode, object);
    if (spec->why_not) {
        add_unevaluated(decode, id, policy, policy->has_type, spec->why_not);
        return;
    }
    for (int dir = 0; dir < 2; dir++) {
        const bool dirs[2] = {dir == 0, dir == 1};
        if (!spec->requires[dir]) {
            keep_rules(decode, &spec->rules[dir], policy, dir);
            continue;
        }
        policy->has_type[dir] = policy->isolates[dir] = false;
        add_unevaluated(decode, id, policy, dirs,
                        pg_arena_printf(arena(decode),
                                        "uses %sRequires in %s, which is not evaluated",
                                        dir == PG_EGRESS ? "to" : "from", spec->requires[dir]));
    }
    if (policy->has_type[PG_INGRESS] || policy->has_type[PG_EGRESS])
        add_policy(decode, id, policy);
}

void pg_decode_cilium_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), all = pg_at_get(object, "specs");
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_raw_id id;
    spec_vec specs = {0};

    pg_decode_labels(decode, &labels);
    if (spec.node)
        pg_vec_push(decode->loader->work, &specs, read_spec(decode, &spec));
    for (uint32_t i = 0; i < pg_at_items(&all); i++) {
        struct pg_at at = pg_at_item(&all, i);
        if (pg_cilium_item(decode, &at))
            pg_vec_push(decode->loader->work, &specs, read_spec(decode, &at));
    }
    if (!spec.node && pg_at_items(&all) == 0)
        pg_decode_say(decode, PG_CODE_CIL_SPEC, &spec, "this needs a spec");
    if (decode->rejected)
        return;
    id = pg_decode_id(decode, object);
    id.group = pg_decode_str(decode, "cilium.io");
    id.kind = pg_decode_str(decode, decode->kind_name);
    for (uint32_t i = 0; i < specs.n; i++)
        keep_spec(decode, id, object, &specs.v[i]);
    decode->loader->progress.policies++;
}

void pg_decode_cilium_cidr_group(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), list = pg_at_get(&spec, "externalCIDRs");
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_cidr *cidrs = pg_arena_array(arena(decode), pg_at_items(&list), sizeof *cidrs);
    struct pg_cilium_group group = {.labels = pg_decode_labels(decode, &labels), .cidrs = cidrs};

    if (!list.node)
        pg_decode_say(decode, PG_CODE_CIL_SPEC, &list, "a CIDR group needs spec.externalCIDRs");
    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at at = pg_at_item(&list, i);
        if (pg_cilium_item(decode, &at))
            group.ncidrs += pg_cilium_cidr(decode, &at, &cidrs[group.ncidrs]);
    }
    if (decode->rejected)
        return;
    group.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &pg_cilium_raw(decode->loader)->groups, group);
}
