#include <stdlib.h>
#include <string.h>

#include "parts.h"

struct list {
    struct pg_buf *out;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    struct pg_arena *arena;
    const struct pg_report_policies *wanted;
};

static bool applies(const struct list *list, uint32_t policy)
{
    uint32_t class = pg_eval_class_of_pod(list->eval, list->wanted->pod);
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        uint32_t n;
        const uint32_t *policies = pg_eval_policies(list->eval, class, (enum pg_dir)dir, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (policies[i] == policy)
                return true;
        }
    }
    return false;
}

static bool is_wanted(const struct list *list, uint32_t policy)
{
    if (list->wanted->ns != PG_NONE && list->cluster->policies[policy].ns != list->wanted->ns)
        return false;
    return list->wanted->pod == PG_NONE || applies(list, policy);
}

static const char *text(const struct list *list, pg_str str)
{
    return pg_cluster_text(list->cluster, str);
}

static const char *ns_text(const struct list *list, uint32_t ns)
{
    return ns == PG_NONE ? "" : text(list, list->cluster->namespaces[ns].name);
}

static const char *keep(const struct list *list, struct pg_buf *buf)
{
    const char *copy = pg_arena_strdup(list->arena, pg_buf_text(buf));
    pg_buf_free(buf);
    return copy;
}

static const char *selector_text(const struct list *list, const struct pg_selector *selector)
{
    struct pg_buf buf = {0};
    pg_selector_print(&buf, list->cluster, selector);
    return keep(list, &buf);
}

static const char *place_text(const struct list *list, struct pg_loc loc)
{
    struct pg_buf buf = {0};
    pg_report_place(&buf, list->cluster, loc);
    return keep(list, &buf);
}

/* --- words ---------------------------------------------------------------------------------------- */

static bool denies_all(const struct pg_policy *policy, enum pg_dir dir)
{
    bool isolates = policy->isolates[dir] || policy->kind == PG_POLICY_NETWORK;
    if (policy->kind == PG_POLICY_CALICO) /* the end of its tier denies, and others may allow before */
        return false;
    return policy->has_type[dir] && policy->nrules[dir] == 0 && isolates;
}

/* Whether it has no part in the answers, though it decides traffic. */
static bool is_unknown(const struct list *list, const struct pg_policy *policy)
{
    return pg_eval_unevaluated(list->eval, (uint32_t)(policy - list->cluster->policies));
}

/* What a policy does in a direction: "-", "denies all", "2 rules". */
static const char *direction_text(const struct list *list, const struct pg_policy *policy,
                                  enum pg_dir dir)
{
    if (is_unknown(list, policy))
        return "unknown";
    if (policy->staged)
        return "staged";
    if (!policy->has_type[dir])
        return "-";
    if (denies_all(policy, dir))
        return "denies all";
    return pg_arena_printf(list->arena, "%u %s", (unsigned)policy->nrules[dir],
                           pg_report_plural(policy->nrules[dir], "rule", "rules"));
}

/* Whether it can be told how many pods it selects: all that it may select were read. */
static bool counts_all(const struct list *list, const struct pg_policy *policy)
{
    return !pg_cluster_find_unread(list->cluster, "Pod",
                                   policy->ns == PG_NONE ? NULL : ns_text(list, policy->ns));
}

static const char *subject_text(const struct list *list, const struct pg_policy *policy)
{
    struct pg_buf buf = {0};
    if (policy->kind == PG_POLICY_UNEVALUATED)
        return pg_arena_printf(list->arena, "(%s: %s)", text(list, policy->kind_name),
                               policy->unread ? "could not be read" : "not evaluated");
    pg_selector_print(&buf, list->cluster, &policy->pod_selector);
    if (policy->ns == PG_NONE && policy->namespace_selector.present) {
        pg_buf_puts(&buf, " in namespaces ");
        pg_selector_print(&buf, list->cluster, &policy->namespace_selector);
    }
    return keep(list, &buf);
}

static void say_block(struct pg_buf *out, const struct pg_peer *peer)
{
    pg_cidr_print(out, peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        pg_buf_puts(out, i == 0 ? " except " : ", ");
        pg_cidr_print(out, peer->except[i]);
    }
    if (peer->kind == PG_PEER_OUTSIDE)
        pg_buf_puts(out, " outside the cluster");
}

static bool is_all(const struct pg_selector *selector)
{
    return selector->nreqs == 0 && !selector->expr;
}

/* "all pods of shop", "pods app=web in namespaces team=a", "all pods in all namespaces". */
static void say_pods(const struct list *list, struct pg_buf *out, const struct pg_policy *policy,
                     const struct pg_peer *peer)
{
    if (is_all(&peer->pod_selector))
        pg_buf_puts(out, "all pods");
    else
        pg_buf_printf(out, "pods %s", selector_text(list, &peer->pod_selector));
    if (!peer->namespace_selector.present) {
        if (policy->ns != PG_NONE && !peer->any_namespace)
            pg_buf_printf(out, " of %s", ns_text(list, policy->ns));
    } else if (is_all(&peer->namespace_selector)) {
        pg_buf_puts(out, " in all namespaces");
    } else {
        pg_buf_printf(out, " in namespaces %s", selector_text(list, &peer->namespace_selector));
    }
}

static void say_entities(struct pg_buf *out, unsigned entities)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {PG_ENTITY_WORLD, "the world outside"},
        {PG_ENTITY_PODS, "every pod"},
        {PG_ENTITY_HOST, "its own node"},
        {PG_ENTITY_REMOTE_NODE, "other nodes"},
        {PG_ENTITY_MAYBE_NODE, "possibly nodes"},
        {PG_ENTITY_MAYBE_WORLD, "possibly the world outside"},
    };
    const char *before = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(entities & names[i].bit))
            continue;
        pg_buf_printf(out, "%s%s", before, names[i].name);
        before = ", ";
    }
    if (!entities)
        pg_buf_puts(out, "nobody here");
}

static void say_simple_peer(const struct list *list, struct pg_buf *out,
                            const struct pg_policy *policy, const struct pg_peer *peer)
{
    switch (peer->kind) {
    case PG_PEER_SELECTOR: say_pods(list, out, policy, peer); break;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: say_block(out, peer); break;
    case PG_PEER_NODES:
        pg_buf_printf(out, "nodes %s", selector_text(list, &peer->pod_selector));
        break;
    case PG_PEER_ENTITY: say_entities(out, peer->entities); break;
    case PG_PEER_NAMES:
    case PG_PEER_MAYBE:
        pg_buf_printf(out, "%s (not evaluated)", peer->field ? peer->field : "something");
        break;
    case PG_PEER_ALL_OF:
    case PG_PEER_ANY_OF: break;
    }
}

static void say_peer(const struct list *list, struct pg_buf *out, const struct pg_policy *policy,
                     const struct pg_peer *peer)
{
    bool all = peer->kind == PG_PEER_ALL_OF;
    if (!all && peer->kind != PG_PEER_ANY_OF) {
        say_simple_peer(list, out, policy, peer);
        return;
    }
    if (peer->nparts == 0)
        pg_buf_puts(out, all ? "anyone" : "no one");
    for (uint32_t i = 0; i < peer->nparts; i++) {
        const struct pg_peer *part = &peer->parts[i];
        bool nested = all && part->kind == PG_PEER_ANY_OF;
        pg_buf_puts(out, i == 0 ? "" : all ? " and " : " or ");
        pg_buf_puts(out, part->negate ? "not " : "");
        pg_buf_puts(out, nested ? "(" : "");
        say_peer(list, out, policy, part);
        pg_buf_puts(out, nested ? ")" : "");
    }
}

static void say_port(const struct list *list, struct pg_buf *out, const struct pg_port *port)
{
    const char *protocol = port->protocol == PG_ANY_PROTOCOL
                               ? "any"
                               : pg_protocol_name((enum pg_protocol)port->protocol);
    if (port->name != PG_STR_NONE)
        pg_buf_printf(out, "%s/%s", text(list, port->name), protocol);
    else if (port->protocol == PG_OTHER)
        pg_range_print(out, (struct pg_range){PG_PORT_KEY(PG_OTHER, port->from),
                                              PG_PORT_KEY(PG_OTHER, port->to)});
    else if (port->any && port->protocol == PG_ANY_PROTOCOL)
        pg_buf_puts(out, "every port of TCP, UDP and SCTP");
    else if (port->any)
        pg_buf_printf(out, "every %s port", protocol);
    else if (port->from != port->to)
        pg_buf_printf(out, "%u-%u/%s", (unsigned)port->from, (unsigned)port->to, protocol);
    else
        pg_buf_printf(out, "%u/%s", (unsigned)port->from, protocol);
}

static void say_ports(const struct list *list, struct pg_buf *out, const struct pg_rule *rule)
{
    if (rule->any_port)
        pg_buf_puts(out, "every port");
    for (uint32_t i = 0; i < rule->nports && !rule->any_port; i++) {
        pg_buf_puts(out, i > 0 ? ", " : "");
        say_port(list, out, &rule->ports[i]);
    }
    for (uint32_t i = 0; i < rule->nnot_ports; i++) {
        pg_buf_puts(out, i > 0 ? ", " : " but ");
        say_port(list, out, &rule->not_ports[i]);
    }
}

/* "to pods app=api of shop; 10.0.0.0/8 on 8080/TCP, 53/UDP" */
static const char *rule_text(const struct list *list, const struct pg_policy *policy,
                             enum pg_dir dir, const struct pg_rule *rule)
{
    static const char *const actions[] = {
        [PG_ACTION_ALLOW] = "", [PG_ACTION_DENY] = "deny ", [PG_ACTION_PASS] = "pass "};
    struct pg_buf buf = {0};
    pg_buf_puts(&buf, policy->has_type[dir] ? "" : "without effect: ");
    pg_buf_puts(&buf, actions[rule->action]);
    pg_buf_puts(&buf, dir == PG_EGRESS ? "to " : "from ");
    if (rule->any_peer)
        pg_buf_puts(&buf, "anyone");
    else if (rule->npeers == 0)
        pg_buf_puts(&buf, "no one");
    for (uint32_t i = 0; i < rule->npeers && !rule->any_peer; i++) {
        pg_buf_puts(&buf, i > 0 ? "; " : "");
        say_peer(list, &buf, policy, &rule->peers[i]);
    }
    pg_buf_puts(&buf, " on ");
    say_ports(list, &buf, rule);
    if (rule->self) {
        pg_buf_puts(&buf, ", for ");
        say_peer(list, &buf, policy, rule->self);
    }
    if (rule->maybe_field)
        pg_buf_printf(&buf, ", under a condition (%s) that is not evaluated", rule->maybe_field);
    return keep(list, &buf);
}

static const char *list_name(const struct pg_rule *rule, enum pg_dir dir)
{
    return rule->list ? rule->list : dir == PG_EGRESS ? "egress" : "ingress";
}

/* --- table ---------------------------------------------------------------------------------------- */

static void add_policy(const struct list *list, struct pg_report_table *table, uint32_t index)
{
    const struct pg_policy *policy = &list->cluster->policies[index];
    const char *pods = "?";
    if (counts_all(list, policy))
        pods = pg_arena_printf(list->arena, "%u", (unsigned)pg_eval_selected(list->eval, index));
    pg_report_table_row(table);
    pg_report_table_set(table, 0, ns_text(list, policy->ns));
    pg_report_table_set(table, 1, text(list, policy->name));
    const char *subject = subject_text(list, policy);
    if (is_unknown(list, policy) && policy->kind != PG_POLICY_UNEVALUATED)
        subject = pg_arena_printf(list->arena, "%s (%s: left aside)", subject,
                                  text(list, policy->kind_name));
    pg_report_table_set(table, 2, subject);
    pg_report_table_set(table, 3, pods);
    pg_report_table_set(table, 4, direction_text(list, policy, PG_EGRESS));
    pg_report_table_set(table, 5, direction_text(list, policy, PG_INGRESS));
    pg_report_table_set(table, 6, place_text(list, policy->loc));
}

static void print_rules(const struct list *list, uint32_t index)
{
    const struct pg_policy *policy = &list->cluster->policies[index];
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        if (denies_all(policy, (enum pg_dir)dir))
            pg_buf_printf(list->out, "    denies all %s\n", dir == PG_EGRESS ? "egress" : "ingress");
        for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
            const struct pg_rule *rule = &policy->rules[dir][i];
            const char *line = pg_arena_printf(
                list->arena, "%s[%u] %s (%s)", list_name(rule, (enum pg_dir)dir),
                (unsigned)rule->index, rule_text(list, policy, (enum pg_dir)dir, rule),
                place_text(list, rule->loc));
            pg_report_wrap(list->out, line, 4);
        }
    }
}

static struct pg_report_table new_table(const struct list *list)
{
    static const char *const heads[] = {"NAMESPACE", "POLICY",  "SELECTS", "PODS",
                                        "EGRESS",    "INGRESS", "WHERE"};
    struct pg_report_table table = pg_report_table(list->arena, 7);
    table.right[3] = true;
    pg_report_table_row(&table);
    for (int i = 0; i < 7; i++)
        pg_report_table_set(&table, i, heads[i]);
    return table;
}

void pg_report_policies_table(struct pg_buf *out, struct pg_eval *eval,
                              const struct pg_report_policies *policies)
{
    struct list list = {out, eval, pg_eval_cluster(eval), pg_arena_new(), policies};
    struct pg_report_table table = new_table(&list);
    uint32_t shown = 0;
    pg_report_head(out, eval);
    for (uint32_t i = 0; i < list.cluster->npolicies; i++) {
        if (!is_wanted(&list, i))
            continue;
        add_policy(&list, &table, i);
        shown++;
    }
    if (shown == 0)
        pg_buf_puts(out, "no policy\n");
    else
        pg_report_table_print(out, &table, 0);
    for (uint32_t i = 0; i < list.cluster->npolicies && policies->rules; i++) {
        if (!is_wanted(&list, i))
            continue;
        pg_buf_putc(out, '\n');
        struct pg_buf name = {0};
        pg_policy_print(&name, list.cluster, i);
        pg_report_clean(out, pg_buf_text(&name));
        pg_buf_putc(out, '\n');
        pg_buf_free(&name);
        print_rules(&list, i);
    }
    pg_report_foot(out, eval);
    pg_arena_free(list.arena);
}

/* --- names ---------------------------------------------------------------------------------------- */

static const char *lower(const struct list *list, const char *from)
{
    char *copy = pg_arena_strdup(list->arena, from);
    for (char *p = copy; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return copy;
}

void pg_report_policies_names(struct pg_buf *out, struct pg_eval *eval,
                              const struct pg_report_policies *policies)
{
    struct list list = {out, eval, pg_eval_cluster(eval), pg_arena_new(), policies};
    for (uint32_t i = 0; i < list.cluster->npolicies; i++) {
        const struct pg_policy *policy = &list.cluster->policies[i];
        if (!is_wanted(&list, i))
            continue;
        struct pg_buf name = {0};
        pg_buf_printf(&name, "%s.%s/", lower(&list, text(&list, policy->kind_name)),
                      text(&list, policy->group));
        if (policy->unread) /* the name that JSON has too */
            pg_buf_printf(&name, "%s%s*", ns_text(&list, policy->ns),
                          policy->ns == PG_NONE ? "" : "/");
        else
            pg_policy_print(&name, list.cluster, i);
        pg_report_clean(out, pg_buf_text(&name));
        pg_buf_putc(out, '\n');
        pg_buf_free(&name);
    }
    pg_arena_free(list.arena);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static void write_rules(const struct list *list, struct pg_json *json, const char *key,
                        const struct pg_policy *policy, enum pg_dir dir)
{
    if (!policy->has_type[dir] || policy->kind == PG_POLICY_UNEVALUATED) {
        pg_json_null(json, key);
        return;
    }
    pg_json_array(json, key, false);
    for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
        const struct pg_rule *rule = &policy->rules[dir][i];
        pg_json_object(json, NULL, true);
        if (strcmp(list_name(rule, dir), key) != 0)
            pg_json_text(json, "list", list_name(rule, dir));
        pg_json_int(json, "rule", rule->index);
        pg_json_text(json, "text", rule_text(list, policy, dir, rule));
        pg_report_json_loc(json, list->cluster, rule->loc);
        pg_json_end(json);
    }
    pg_json_end(json);
}

/* As a workload is written that is asked about (kind: Why). */
static void write_pod(const struct list *list, struct pg_json *json)
{
    const struct pg_cluster *cluster = list->cluster;
    uint32_t pod = list->wanted->pod;
    if (list->wanted->npods > 1) {
        const struct pg_workload *workload = &cluster->workloads[cluster->pods[pod].workload];
        pg_json_object(json, "pod", true);
        pg_json_text(json, "namespace", ns_text(list, workload->ns));
        pg_json_text(json, "workload",
                     pg_arena_printf(list->arena, "%s/%s", text(list, workload->kind),
                                     text(list, workload->name)));
        pg_json_int(json, "pods", list->wanted->npods);
        pg_json_end(json);
    } else if (pod != PG_NONE) {
        struct pg_end end = {.kind = PG_END_POD, .index = pod};
        pg_report_json_end(json, "pod", list->eval, &end);
    }
}

static void write_policy(const struct list *list, struct pg_json *json, uint32_t index)
{
    const struct pg_policy *policy = &list->cluster->policies[index];
    bool known = policy->kind != PG_POLICY_UNEVALUATED;
    pg_json_object(json, NULL, false);
    pg_report_json_policy(json, list->cluster, index);
    pg_report_json_loc(json, list->cluster, policy->loc);
    pg_json_bool(json, "evaluated", !is_unknown(list, policy));
    if (policy->staged)
        pg_json_bool(json, "staged", true);
    if (known)
        pg_json_text(json, "selector", subject_text(list, policy));
    else
        pg_json_null(json, "selector");
    if (counts_all(list, policy))
        pg_json_int(json, "pods", pg_eval_selected(list->eval, index));
    else
        pg_json_null(json, "pods");
    write_rules(list, json, "egress", policy, PG_EGRESS);
    write_rules(list, json, "ingress", policy, PG_INGRESS);
    pg_json_end(json);
}

void pg_report_policies_json(struct pg_buf *out, struct pg_eval *eval,
                             const struct pg_report_policies *policies)
{
    struct list list = {out, eval, pg_eval_cluster(eval), pg_arena_new(), policies};
    struct pg_json json = pg_report_begin(out, "Policies", eval);
    write_pod(&list, &json);
    pg_json_array(&json, "policies", false);
    for (uint32_t i = 0; i < list.cluster->npolicies; i++) {
        if (is_wanted(&list, i))
            write_policy(&list, &json, i);
    }
    pg_json_end(&json);
    pg_json_end(&json);
    pg_json_finish(&json);
    pg_arena_free(list.arena);
}
