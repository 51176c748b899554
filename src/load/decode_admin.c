/* AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy: the policy, its subject and its
   rules (semantics 11, 12). */
#include "decode_admin.h"

#include <string.h>

#define MOST_PRIORITY  1000
#define MOST_RULE_NAME 100 /* characters */

/* --- helpers ----------------------------------------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

struct pg_admin_choice pg_admin_choose(const struct pg_at *map, const char *const *names, size_t n)
{
    struct pg_admin_choice choice = {.which = -1};

    for (size_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_get(map, names[i]);
        if (!at.node)
            continue;
        if (choice.known++ == 0)
            choice.which = (int)i;
    }
    for (uint32_t i = 0; i < pg_at_entries(map); i++)
        choice.unknown +=
            !map->node->entries[i].lost && !is_one_of(map->node->entries[i].key, names, n);
    return choice;
}

bool pg_admin_is_mistyped(const struct pg_at *at, enum pg_tree_kind kind)
{
    return at->node && at->node->kind != kind;
}

void pg_admin_check_length(const struct pg_admin *admin, const struct pg_at *list, uint32_t most)
{
    uint32_t n = pg_at_items(list);

    if (pg_admin_is_mistyped(list, PG_TREE_SEQ))
        return;
    if (n == 0)
        pg_decode_say(admin->decode, PG_CODE_ADM_NONE, list,
                      "%s needs at least one item; the CRD refuses an empty list", list->key);
    else if (n > most)
        pg_decode_say(admin->decode, PG_CODE_ADM_MANY, list, "%u items; the CRD takes at most %u",
                      n, most);
}

const char *pg_admin_path(const struct pg_admin *admin, const struct pg_at *at)
{
    struct pg_buf buf = {0};
    const char *path;

    pg_at_path(&buf, at);
    path = pg_arena_strdup(admin->decode->loader->cluster->arena, pg_buf_text(&buf));
    pg_buf_free(&buf);
    return path;
}

void pg_admin_experimental(const struct pg_admin *admin, const struct pg_at *at)
{
    pg_decode_say(admin->decode, PG_CODE_ADM_EXPERIMENTAL, at,
                  "%s is part of the experimental channel of the API: where the standard CRDs are "
                  "installed, it is dropped",
                  at->key);
}

/* --- subject ----------------------------------------------------------------------------------- */

static void check_selector(const struct pg_admin *admin, const struct pg_at *at)
{
    if (!at->node)
        pg_decode_say(admin->decode, PG_CODE_ADM_SELECTOR, at,
                      "pods needs %s; write {} for all of them", at->key);
}

struct pg_admin_pods pg_admin_read_pods(const struct pg_admin *admin, const struct pg_at *at)
{
    struct pg_at namespaces = pg_at_get(at, "namespaceSelector");
    struct pg_at pods = pg_at_get(at, "podSelector");

    if (!pg_admin_is_mistyped(at, PG_TREE_MAP)) {
        if (!admin->newer) /* semantics 12.9 */
            check_selector(admin, &namespaces);
        check_selector(admin, &pods);
    }
    return (struct pg_admin_pods){
        .namespaces = pg_decode_selector(admin->decode, &namespaces),
        .pods = pg_decode_selector(admin->decode, &pods),
    };
}

/* semantics 11.2 */
static void read_subject(const struct pg_admin *admin, const struct pg_at *spec,
                         struct pg_policy *policy)
{
    static const char *const names[] = {"namespaces", "pods"};
    struct pg_at at = pg_at_get(spec, "subject"), namespaces = pg_at_get(&at, names[0]);
    struct pg_at pods = pg_at_get(&at, names[1]);
    struct pg_admin_choice choice = pg_admin_choose(&at, names, 2);
    struct pg_admin_pods both;

    if (pg_admin_is_mistyped(&at, PG_TREE_MAP))
        return;
    if (choice.known != 1)
        pg_decode_say(admin->decode, PG_CODE_ADM_SUBJECT, &at,
                      "a subject is one of namespaces and pods, and this one has %s",
                      choice.known ? "both" : "neither");
    if (pods.node) {
        both = pg_admin_read_pods(admin, &pods);
        policy->namespace_selector = both.namespaces;
        policy->pod_selector = both.pods;
    }
    if (namespaces.node)
        policy->namespace_selector = pg_decode_selector(admin->decode, &namespaces);
}

/* --- rules ------------------------------------------------------------------------------------- */

static bool has_action(const struct pg_admin *admin, enum pg_action action)
{
    return action != PG_ACTION_PASS || admin->kind != PG_POLICY_BASELINE_ADMIN;
}

/* semantics 11.6-11.8, 11.11, 12.5; PG_ACTION_DENY where it can't be read. */
static enum pg_action read_action(const struct pg_admin *admin, const struct pg_at *rule)
{
    const char *const words[] = {
        [PG_ACTION_ALLOW] = admin->allow,
        [PG_ACTION_DENY] = "Deny",
        [PG_ACTION_PASS] = "Pass",
    };
    struct pg_at at = pg_at_get(rule, "action");
    const char *text = pg_at_string(&at);

    for (int i = PG_ACTION_ALLOW; text && i <= PG_ACTION_PASS; i++)
        if (strcmp(text, words[i]) == 0 && has_action(admin, (enum pg_action)i))
            return (enum pg_action)i;
    if (text || !at.node) /* else its type was reported */
        pg_decode_say(admin->decode, PG_CODE_ADM_ACTION, &at,
                      "a rule of %s has the action %s%s; found \"%.60s\"", admin->decode->kind_name,
                      admin->allow,
                      has_action(admin, PG_ACTION_PASS) ? ", Deny or Pass" : " or Deny",
                      text ? text : "");
    return PG_ACTION_DENY;
}

static void check_rule_name(const struct pg_admin *admin, const struct pg_at *rule)
{
    struct pg_at at = pg_at_get(rule, "name");
    const char *text = pg_at_string(&at);
    uint32_t n = 0;

    for (; text && *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80; /* characters, not bytes */
    if (n > MOST_RULE_NAME)
        pg_decode_say(admin->decode, PG_CODE_ADM_RULE_NAME, &at,
                      "a name of %u characters; the CRD takes at most %d", n, MOST_RULE_NAME);
}

struct rules {
    PG_VEC(struct pg_rule) list;
};

/* One rule of the manifest is several here where some of its ports are sure and others are not: those that
   are sure come first, for what they match is decided. */
static void add_rule(const struct pg_admin *admin, struct rules *rules, struct pg_rule rule,
                     const struct pg_admin_ports *ports)
{
    struct pg_arena *arena = admin->decode->loader->cluster->arena;

    rule.any_port = ports->any;
    rule.ports = ports->list.v;
    rule.nports = ports->list.n;
    if (ports->maybes.n == 0 || ports->list.n > 0)
        pg_vec_push(arena, &rules->list, rule);
    for (uint32_t i = 0; i < ports->maybes.n; i++) {
        const struct pg_admin_maybe *maybe = &ports->maybes.v[i];
        rule.maybe_field = maybe->field;
        rule.maybe_detail = maybe->detail;
        rule.any_port = maybe->any;
        rule.ports = maybe->any ? NULL : &maybe->port;
        rule.nports = !maybe->any;
        pg_vec_push(arena, &rules->list, rule);
    }
}

/* semantics 11.18: a rule that does not allow denies everything, where one of its peers is not known. */
static void fail_closed(struct pg_rule *rule, struct pg_admin_ports *ports)
{
    rule->action = PG_ACTION_DENY;
    rule->any_peer = true;
    rule->peers = NULL;
    rule->npeers = 0;
    *ports = (struct pg_admin_ports){.any = true};
}

static void read_rule(const struct pg_admin *admin, const struct pg_at *at, enum pg_dir dir,
                      struct rules *rules)
{
    struct pg_at from = pg_at_get(at, dir == PG_INGRESS ? "from" : "to");
    struct pg_at list = pg_at_get(at, admin->newer ? "protocols" : "ports");
    struct pg_rule rule = {.index = at->index,
                           .list = dir == PG_INGRESS ? "ingress" : "egress",
                           .loc = pg_decode_loc(admin->decode, at),
                           .end = pg_decode_end(admin->decode, at)};
    struct pg_admin_peers peers = {0};
    struct pg_admin_ports ports = {0};

    if (pg_admin_is_mistyped(at, PG_TREE_MAP))
        return;
    rule.action = read_action(admin, at);
    check_rule_name(admin, at);
    pg_admin_read_peers(admin, &from, rule.action, &peers);
    pg_admin_read_ports(admin, &list, &ports);
    if (peers.nameless && ports.named)
        pg_decode_say(admin->decode, PG_CODE_ADM_NAMED, at,
                      "networks, nodes and domain names have no named ports: a rule with a named "
                      "port can't have them in to");
    rule.peers = peers.list.v;
    rule.npeers = peers.list.n;
    if (peers.unknown && rule.action != PG_ACTION_ALLOW)
        fail_closed(&rule, &ports);
    add_rule(admin, rules, rule, &ports);
}

static void read_rules(const struct pg_admin *admin, const struct pg_at *spec, enum pg_dir dir,
                       struct pg_policy *policy)
{
    struct pg_at list = pg_at_get(spec, dir == PG_INGRESS ? "ingress" : "egress");
    struct rules rules = {0};
    uint32_t n = pg_at_items(&list);

    if (n > admin->most)
        pg_admin_check_length(admin, &list, admin->most);
    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        read_rule(admin, &at, dir, &rules);
    }
    policy->rules[dir] = rules.list.v;
    policy->nrules[dir] = rules.list.n;
    policy->has_type[dir] =
        rules.list.n > 0; /* without rules it has no say, and it never isolates */
}

/* --- the policy ---------------------------------------------------------------------------------- */

/* semantics 11.3 */
static void read_priority(const struct pg_admin *admin, const struct pg_at *spec,
                          struct pg_policy *policy)
{
    struct pg_at at = pg_at_get(spec, "priority");
    int64_t number;

    if (!at.node)
        pg_decode_say(admin->decode, PG_CODE_ADM_PRIORITY, &at,
                      "a priority from 0 to %d is needed; 0 is asked first", MOST_PRIORITY);
    else if (pg_at_number(&at, &number) && (number < 0 || number > MOST_PRIORITY))
        pg_decode_say(admin->decode, PG_CODE_ADM_PRIORITY, &at,
                      "priority %lld; the CRD takes 0 to %d", (long long)number, MOST_PRIORITY);
    else if (pg_at_number(&at, &number))
        policy->order = (double)number;
}

/* semantics 12.2 */
static const char *read_tier(const struct pg_admin *admin, const struct pg_at *spec)
{
    struct pg_at at = pg_at_get(spec, "tier");
    const char *text = pg_at_string(&at);

    if (text && strcmp(text, "Baseline") == 0)
        return "Baseline";
    if ((text || !at.node) && (!text || strcmp(text, "Admin") != 0))
        pg_decode_say(admin->decode, PG_CODE_ADM_TIER, &at,
                      "tier is Admin or Baseline; found \"%.60s\"", text ? text : "");
    return "Admin";
}

/* semantics 11.11 */
static void check_baseline_name(const struct pg_admin *admin, const struct pg_at *object)
{
    struct pg_decode *decode = admin->decode;
    struct pg_at metadata = pg_at_get(object, "metadata"), at = pg_at_get(&metadata, "name");
    const char *name = pg_cluster_text(decode->loader->cluster, decode->name);

    if (decode->name && strcmp(name, "default") != 0)
        pg_decode_say(
            decode, PG_CODE_ADM_NAME, &at,
            "a cluster has one BaselineAdminNetworkPolicy, and its name is default; found "
            "\"%.100s\"",
            name);
}

static void add_policy(struct pg_decode *decode, const struct pg_at *object,
                       struct pg_raw_policy *raw)
{
    raw->id = pg_decode_id(decode, object);
    raw->id.group = pg_decode_str(decode, decode->kind->group);
    raw->id.kind = pg_decode_str(decode, decode->kind_name);
    raw->policy.loc = raw->id.loc;
    raw->policy.end = pg_decode_end(decode, object);
    raw->policy.spec_path = "spec";
    pg_vec_push_heap(&decode->loader->policies, *raw);
    decode->loader->progress.policies++;
}

static void read_policy(const struct pg_admin *admin, const struct pg_at *object)
{
    struct pg_decode *decode = admin->decode;
    struct pg_at spec = pg_at_get(object, "spec"), metadata = pg_at_get(object, "metadata");
    struct pg_at labels = pg_at_get(&metadata, "labels");
    struct pg_raw_policy raw = {.policy.kind = admin->kind};
    const char *tier = admin->kind == PG_POLICY_BASELINE_ADMIN ? "Baseline" : "Admin";

    pg_decode_labels(decode, &labels);
    if (admin->kind == PG_POLICY_BASELINE_ADMIN)
        check_baseline_name(admin, object);
    if (!spec.node)
        pg_decode_say(decode, PG_CODE_ADM_SPEC, &spec, "a %s needs spec", decode->kind_name);
    if (spec.node && spec.node->kind == PG_TREE_MAP) {
        if (admin->newer)
            tier = read_tier(admin, &spec);
        if (admin->kind != PG_POLICY_BASELINE_ADMIN)
            read_priority(admin, &spec, &raw.policy);
        read_subject(admin, &spec, &raw.policy);
        read_rules(admin, &spec, PG_INGRESS, &raw.policy);
        read_rules(admin, &spec, PG_EGRESS, &raw.policy);
    }
    raw.policy.tier.name = pg_decode_str(decode, tier);
    if (!decode->rejected)
        add_policy(decode, object, &raw);
}

void pg_decode_admin_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_admin admin = {
        .decode = decode, .kind = PG_POLICY_ADMIN, .most = 100, .allow = "Allow"};

    read_policy(&admin, object);
}

void pg_decode_baseline_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_admin admin = {
        .decode = decode, .kind = PG_POLICY_BASELINE_ADMIN, .most = 100, .allow = "Allow"};

    read_policy(&admin, object);
}

void pg_decode_cluster_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_admin admin = {
        .decode = decode, .kind = PG_POLICY_CLUSTER, .most = 25, .allow = "Accept", .newer = true};

    read_policy(&admin, object);
}
