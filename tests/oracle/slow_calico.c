/* Calico's policies: tiers, selectors, subjects, rules (semantics 14). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "slow_kinds.h"

/* --- selectors (14.6) ------------------------------------------------------------------------------------ */

/* Whose labels are asked: those that Calico gives come first (14.7). */
struct wearer {
    const struct w_labels *labels;
    struct w_label given[3];
    int ngiven;
    bool unread; /* it has labels that nobody knows */
};

static const char *value_of(const struct wearer *wearer, const char *key)
{
    for (int i = 0; i < wearer->ngiven; i++) {
        if (strcmp(wearer->given[i].key, key) == 0)
            return wearer->given[i].value;
    }
    return wearer->labels != NULL ? slow_label(wearer->labels, key) : NULL;
}

static bool ends_with(const char *value, const char *part)
{
    size_t n = strlen(value), m = strlen(part);
    return n >= m && strcmp(value + n - m, part) == 0;
}

static bool is_listed(const struct w_expr *expr, const char *value)
{
    for (int i = 0; i < expr->nvalues; i++) {
        if (strcmp(expr->values[i], value) == 0)
            return true;
    }
    return false;
}

static bool term_holds(const struct w_expr *expr, const char *value)
{
    switch (expr->kind) {
    case W_EXPR_NE: return value == NULL || strcmp(value, expr->values[0]) != 0;
    case W_EXPR_NOT_IN: return value == NULL || !is_listed(expr, value);
    default: break;
    }
    if (value == NULL)
        return false;
    switch (expr->kind) {
    case W_EXPR_EQ: return strcmp(value, expr->values[0]) == 0;
    case W_EXPR_IN: return is_listed(expr, value);
    case W_EXPR_CONTAINS: return strstr(value, expr->values[0]) != NULL;
    case W_EXPR_STARTS: return strncmp(value, expr->values[0], strlen(expr->values[0])) == 0;
    case W_EXPR_ENDS: return ends_with(value, expr->values[0]);
    default: return true; /* has */
    }
}

static enum truth holds(const struct w_text_selector *selector, int place,
                        const struct wearer *wearer)
{
    const struct w_expr *expr = &selector->exprs[place];
    switch (expr->kind) {
    case W_EXPR_ALL: return YES;
    case W_EXPR_NOT: return (enum truth)(YES - holds(selector, expr->left, wearer));
    case W_EXPR_AND:
        return slow_least(holds(selector, expr->left, wearer), holds(selector, expr->right, wearer));
    case W_EXPR_OR:
        return slow_most(holds(selector, expr->left, wearer), holds(selector, expr->right, wearer));
    default: break;
    }
    const char *value = value_of(wearer, expr->key);
    if (value == NULL && wearer->unread)
        return MAYBE;
    return term_holds(expr, value) ? YES : NO;
}

/* A selector that is left out is all(). */
static enum truth selector_holds(const struct w_text_selector *selector, const struct wearer *wearer)
{
    return selector->given && !selector->global ? holds(selector, selector->n - 1, wearer) : YES;
}

static const char *account_of(const struct w_pod *pod)
{
    return pod->account != NULL ? pod->account : "default";
}

static bool pod_holds(const struct world *world, const struct w_text_selector *selector,
                      const struct w_pod *pod)
{
    struct wearer wearer = {
        .labels = &pod->labels,
        .given = {{"projectcalico.org/namespace", world->namespaces[pod->ns].name},
                  {"projectcalico.org/serviceaccount", account_of(pod)},
                  {"projectcalico.org/orchestrator", "k8s"}},
        .ngiven = 3,
    };
    return selector_holds(selector, &wearer) == YES;
}

static bool namespace_holds(const struct world *world, const struct w_text_selector *selector,
                            int ns)
{
    const char *name = world->namespaces[ns].name;
    struct wearer wearer = {
        .labels = &world->namespaces[ns].labels,
        .given = {{"projectcalico.org/name", name}, {"kubernetes.io/metadata.name", name}},
        .ngiven = 2,
    };
    return selector_holds(selector, &wearer) == YES;
}

static bool set_holds(const struct world *world, const struct w_text_selector *selector,
                      const struct w_set *set)
{
    struct wearer wearer = {.labels = &set->labels};
    if (set->ns != W_NONE) {
        wearer.given[0] =
            (struct w_label){"projectcalico.org/namespace", world->namespaces[set->ns].name};
        wearer.ngiven = 1;
    }
    return selector_holds(selector, &wearer) == YES;
}

/* 14.12: the labels of the account that a pod runs as. */
static enum truth account_holds(const struct world *world, const struct w_text_selector *selector,
                                const struct w_pod *pod)
{
    const char *name = account_of(pod);
    struct wearer wearer = {.given = {{"projectcalico.org/name", name}}, .ngiven = 1, .unread = true};
    for (int i = 0; i < world->naccounts; i++) {
        const struct w_account *account = &world->accounts[i];
        if (account->ns != pod->ns || strcmp(account->name, name) != 0)
            continue;
        wearer.labels = &account->labels;
        wearer.unread = false;
    }
    return selector_holds(selector, &wearer);
}

/* --- policies ------------------------------------------------------------------------------------ */

bool slow_calico_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir)
{
    const struct w_calico *calico = &world->calicos[policy->part];
    if (calico->staged)
        return false; /* 14.15 */
    for (int i = 0; i < calico->ntypes; i++) {
        if (calico->types[i] == dir)
            return true;
    }
    if (calico->ntypes > 0)
        return false;
    bool in = calico->nrules[W_INGRESS] > 0, out = calico->nrules[W_EGRESS] > 0;
    return dir == W_EGRESS ? out : in || !out; /* 14.3 */
}

enum truth slow_calico_selects(const struct world *world, const struct w_policy *policy, int index)
{
    const struct w_calico *calico = &world->calicos[policy->part];
    const struct w_pod *pod = &world->pods[index];
    if (calico->forward)
        return NO; /* 14.16 */
    if (policy->cluster_wide ? !namespace_holds(world, &calico->namespaces, pod->ns)
                             : policy->ns != pod->ns)
        return NO;
    if (!pod_holds(world, &calico->selector, pod))
        return NO;
    return calico->accounts.given ? account_holds(world, &calico->accounts, pod) : YES;
}

/* --- the ends of a rule (14.7-14.9, 14.12, 14.13) ----------------------------------------------------------- */

struct end_ask {
    const struct world *world;
    const struct w_policy *policy;
    const struct w_rule_end *end;
    struct slow_end who;
    int family;
};

/* Whether something of a namespace, or of none (W_NONE), is in the scope of the selectors. */
static bool in_scope(const struct end_ask *ask, int ns)
{
    const struct w_text_selector *namespaces = &ask->end->namespaces;
    if (namespaces->given && namespaces->global)
        return ns == W_NONE;
    if (namespaces->given)
        return ns != W_NONE && namespace_holds(ask->world, namespaces, ns);
    return ask->policy->cluster_wide || ns == ask->policy->ns;
}

static enum truth nets_have(const struct end_ask *ask, const struct w_block *nets, int n)
{
    enum truth best = NO;
    for (int i = 0; i < n; i++)
        best =
            slow_most(best, slow_block_truth(ask->world, &nets[i], NULL, 0, ask->who, ask->family));
    return best;
}

/* The endpoints that a selector selects: pods, and what is in a network set. */
static enum truth endpoints_have(const struct end_ask *ask, const struct w_text_selector *selector,
                                 bool scoped)
{
    const struct world *world = ask->world;
    enum truth best = NO;
    if (slow_is_plain_pod(world, ask->who)) {
        const struct w_pod *pod = &world->pods[ask->who.index];
        if ((!scoped || in_scope(ask, pod->ns)) && pod_holds(world, selector, pod))
            return YES;
    }
    for (int i = 0; i < world->nsets; i++) {
        const struct w_set *set = &world->sets[i];
        if ((!scoped || in_scope(ask, set->ns)) && set_holds(world, selector, set))
            best = slow_most(best, nets_have(ask, set->nets, set->nnets));
    }
    return best;
}

static bool asks_for_account(const struct w_rule_end *end)
{
    return end->naccount_names > 0 || end->accounts.given;
}

/* Only pods run as a service account. */
static enum truth account_has(const struct end_ask *ask)
{
    const struct w_rule_end *end = ask->end;
    if (!slow_is_plain_pod(ask->world, ask->who))
        return NO;
    const struct w_pod *pod = &ask->world->pods[ask->who.index];
    bool listed = end->naccount_names == 0;
    for (int i = 0; i < end->naccount_names; i++)
        listed = listed || strcmp(end->account_names[i], account_of(pod)) == 0;
    if (!listed || !in_scope(ask, pod->ns) || !pod_holds(ask->world, &end->selector, pod))
        return NO;
    return end->accounts.given ? account_holds(ask->world, &end->accounts, pod) : YES;
}

static enum truth end_has(const struct end_ask *ask)
{
    const struct w_rule_end *end = ask->end;
    enum truth all = YES;
    /* 14.8: a negation, too, stays in the scope that a namespaced policy or a namespaceSelector sets. */
    bool limited = end->namespaces.given || (!ask->policy->cluster_wide && end->not_selector.given);
    if (asks_for_account(end))
        all = account_has(ask);
    else if (end->selector.given || limited)
        all = endpoints_have(ask, &end->selector, true);
    if (end->not_selector.given)
        all = slow_least(all, (enum truth)(YES - endpoints_have(ask, &end->not_selector, false)));
    if (end->nnets > 0)
        all = slow_least(all, nets_have(ask, end->nets, end->nnets));
    return slow_least(all, (enum truth)(YES - nets_have(ask, end->not_nets, end->nnot_nets)));
}

enum truth slow_calico_peers(const struct world *world, const struct w_policy *policy,
                             const struct w_calico_rule *rule, enum w_dir dir, struct slow_end self,
                             struct slow_end other, int family)
{
    bool ingress = dir == W_INGRESS;
    struct end_ask source = {world, policy, &rule->source, ingress ? other : self, family};
    struct end_ask destination = {world, policy, &rule->destination, ingress ? self : other, family};
    if (rule->ip_version != 0 && rule->ip_version != family)
        return NO;
    enum truth both = slow_least(end_has(&source), end_has(&destination));
    bool doubt = rule->http || rule->icmp ||                             /* 14.17 */
                 rule->source.nports > 0 || rule->source.nnot_ports > 0; /* 14.10 */
    return doubt ? slow_least(both, MAYBE) : both;
}

/* --- ports (14.10, 14.11) ------------------------------------------------------------------------------ */

static bool ports_have(const struct world *world, const struct w_end_port *ports, int n,
                       struct slow_end to, enum w_protocol protocol, int number)
{
    for (int i = 0; i < n; i++) {
        int end = ports[i].end != 0 ? ports[i].end : ports[i].number;
        if (ports[i].name != NULL ? slow_name_has(world, ports[i].name, to, protocol, number)
                                  : number >= ports[i].number && number <= end)
            return true;
    }
    return false;
}

enum truth slow_calico_port(const struct world *world, const struct w_calico_rule *rule,
                            struct slow_end to, enum w_protocol protocol, int number)
{
    static const int of_ip[] = {[W_TCP] = W_IP_TCP, [W_UDP] = W_IP_UDP, [W_SCTP] = W_IP_SCTP};
    int ip = protocol == W_ICMP ? number : of_ip[protocol];
    const struct w_rule_end *end = &rule->destination;
    if ((rule->protocol != W_NONE && rule->protocol != ip) || rule->not_protocol == ip)
        return NO;
    if (end->nports > 0 && !ports_have(world, end->ports, end->nports, to, protocol, number))
        return NO;
    if (ports_have(world, end->not_ports, end->nnot_ports, to, protocol, number))
        return NO;
    return rule->not_icmp && (ip == W_IP_ICMP || ip == W_IP_ICMPV6) ? MAYBE : YES;
}

/* --- order (14.1, 14.5, 14.19) --------------------------------------------------------------------------- */

static bool find_tier(const struct world *world, const char *name, struct slow_rank *rank)
{
    static const struct {
        const char *name;
        double order;
        bool denies;
    } built_in[] = {
        {"kube-admin", 1000, false}, {"default", 1000000, true}, {"kube-baseline", 10000000, false}};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, built_in[i].name) == 0) {
            rank->tier = built_in[i].name;
            rank->tier_order = built_in[i].order;
            rank->denies = built_in[i].denies;
            return true;
        }
    }
    for (int i = 0; i < world->ntiers; i++) {
        const struct w_tier *tier = &world->tiers[i];
        if (strcmp(name, tier->name) == 0) {
            rank->tier = tier->name;
            rank->tier_order = tier->order == W_NONE ? HUGE_VAL : tier->order;
            rank->denies = tier->action != W_PASS;
            return true;
        }
    }
    return false;
}

struct slow_rank slow_calico_rank(const struct world *world, const struct w_policy *policy)
{
    struct slow_rank rank = {.order = HUGE_VAL};
    const char *ns = policy->cluster_wide ? "" : world->namespaces[policy->ns].name;
    const char *kind = policy->cluster_wide ? "GlobalNetworkPolicy" : "NetworkPolicy";
    if (policy->kind == W_NETWORK) {
        find_tier(world, "default", &rank);
        rank.order = 1000;
        kind = "KubernetesNetworkPolicy";
    } else if (policy->kind == W_CLUSTER) {
        const struct w_admin *admin = &world->admins[policy->part];
        find_tier(world, admin->baseline ? "kube-baseline" : "kube-admin", &rank);
        rank.order = admin->priority;
        kind = "KubernetesClusterNetworkPolicy";
    } else {
        const struct w_calico *calico = &world->calicos[policy->part];
        find_tier(world, calico->tier != NULL ? calico->tier : "default", &rank);
        if (calico->order_halves != W_NONE)
            rank.order = calico->order_halves / 2.0;
    }
    snprintf(rank.text, sizeof rank.text, "%s/%s/%s", policy->name, ns, kind);
    return rank;
}
