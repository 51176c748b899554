/* Calico's NetworkPolicy, GlobalNetworkPolicy, Tier, NetworkSet, GlobalNetworkSet, and service accounts. */
#include "gen.h"

#define ONE_OF(array) (array[w_random_below(random, COUNT(array))])

/* What a selector is about; each has labels of its own (14.7). */
enum about {
    ABOUT_ENDPOINTS,
    ABOUT_NAMESPACES,
    ABOUT_ACCOUNTS,
};

/* --- selectors ----------------------------------------------------------------------------------- */

static const char *gen_name_of(struct w_random *random, enum about about, const char **key)
{
    if (about == ABOUT_NAMESPACES) {
        *key =
            w_random_chance(random, 50) ? "projectcalico.org/name" : "kubernetes.io/metadata.name";
        return gen_namespace_name(random);
    }
    if (about == ABOUT_ACCOUNTS) {
        *key = "projectcalico.org/name";
        return gen_account_name(random);
    }
    switch (w_random_below(random, 3)) {
    case 0: *key = "projectcalico.org/namespace"; return gen_namespace_name(random);
    case 1: *key = "projectcalico.org/serviceaccount"; return gen_account_name(random);
    default: *key = "projectcalico.org/orchestrator"; return "k8s";
    }
}

static const char *gen_part(struct w_random *random)
{
    static const char *const parts[] = {"a", "we", "b", "e", "1", "", "web"};
    return ONE_OF(parts);
}

static struct w_expr gen_term(struct w_random *random, enum about about)
{
    struct w_expr expr = {.key = gen_key(random), .values = {gen_value(random)}, .nvalues = 1};
    uint32_t which = w_random_below(random, 100);
    if (w_random_chance(random, about == ABOUT_ENDPOINTS ? 15 : 50))
        expr.values[0] = gen_name_of(random, about, &expr.key);
    expr.kind = which < 35   ? W_EXPR_EQ
                : which < 45 ? W_EXPR_NE
                : which < 55 ? W_EXPR_IN
                : which < 65 ? W_EXPR_NOT_IN
                : which < 80 ? W_EXPR_HAS
                : which < 85 ? W_EXPR_CONTAINS
                : which < 90 ? W_EXPR_STARTS
                : which < 95 ? W_EXPR_ENDS
                             : W_EXPR_ALL;
    if (expr.kind == W_EXPR_CONTAINS || expr.kind == W_EXPR_STARTS || expr.kind == W_EXPR_ENDS)
        expr.values[0] = gen_part(random);
    if (expr.kind == W_EXPR_IN || expr.kind == W_EXPR_NOT_IN) {
        expr.nvalues = (int)w_random_below(random, W_VALUES + 1);
        for (int i = 1; i < expr.nvalues; i++)
            expr.values[i] = gen_value(random);
    }
    return expr;
}

/* Adds an expression and returns its place. */
static int gen_expr(struct w_random *random, struct w_text_selector *selector, enum about about,
                    int depth)
{
    struct w_expr expr = {0};
    uint32_t which = depth == 0 ? 0 : w_random_below(random, 100);
    if (which < 55) {
        expr = gen_term(random, about);
    } else {
        expr.kind = which < 70 ? W_EXPR_NOT : which < 88 ? W_EXPR_AND : W_EXPR_OR;
        expr.left = gen_expr(random, selector, about, depth - 1);
        if (expr.kind != W_EXPR_NOT)
            expr.right = gen_expr(random, selector, about, depth - 1);
    }
    selector->exprs[selector->n] = expr;
    return selector->n++;
}

static struct w_text_selector gen_selector_of(struct w_random *random, enum about about)
{
    struct w_text_selector selector = {.given = true};
    gen_expr(random, &selector, about, 2);
    return selector;
}

static void gen_maybe_selector(struct w_random *random, uint32_t percent, enum about about,
                               struct w_text_selector *selector)
{
    if (w_random_chance(random, percent))
        *selector = gen_selector_of(random, about);
}

/* --- the ends of a rule -------------------------------------------------------------------------------- */

static int gen_nets(struct world *world, struct w_random *random, int family, uint32_t percent,
                    struct w_block nets[W_NETS])
{
    int n = 0;
    if (w_random_chance(random, percent))
        n = 1 + (int)w_random_below(random, W_NETS);
    for (int i = 0; i < n; i++)
        nets[i] = gen_block_of(world, random, family);
    return n;
}

static int gen_ports(struct w_random *random, uint32_t percent, struct w_end_port ports[W_END_PORTS])
{
    int n = 0;
    if (w_random_chance(random, percent))
        n = 1 + (int)w_random_below(random, W_END_PORTS);
    for (int i = 0; i < n; i++) {
        uint32_t which = w_random_below(random, 10);
        if (which < 3)
            ports[i].name = gen_port_name(random);
        else if (which < 6)
            gen_range(random, &ports[i].number, &ports[i].end);
        else
            ports[i].number = gen_number(random);
    }
    return n;
}

static void gen_accounts(struct w_random *random, struct w_rule_end *end)
{
    end->naccount_names = (int)w_random_below(random, 3);
    for (int i = 0; i < end->naccount_names; i++)
        end->account_names[i] = gen_account_name(random);
    if (end->naccount_names == 0 || w_random_chance(random, 40))
        end->accounts = gen_selector_of(random, ABOUT_ACCOUNTS);
}

/* `family` of the blocks of the rule; `ported`: its protocol has ports. */
static struct w_rule_end gen_end(struct world *world, struct w_random *random, bool other,
                                 bool destination, int family, bool ported)
{
    struct w_rule_end end = {0};
    gen_maybe_selector(random, other ? 45 : 12, ABOUT_ENDPOINTS, &end.selector);
    gen_maybe_selector(random, other ? 15 : 4, ABOUT_ENDPOINTS, &end.not_selector);
    gen_maybe_selector(random, other ? 25 : 4, ABOUT_NAMESPACES, &end.namespaces);
    if (w_random_chance(random, other ? 4 : 1))
        end.namespaces = (struct w_text_selector){.given = true, .global = true};
    if (w_random_chance(random, other ? 8 : 2))
        gen_accounts(random, &end);
    end.nnets = gen_nets(world, random, family, other ? 20 : 4, end.nets);
    end.nnot_nets = gen_nets(world, random, family, other ? 10 : 3, end.not_nets);
    if (!ported)
        return end;
    end.nports = gen_ports(random, destination ? 65 : 4, end.ports);
    end.nnot_ports = gen_ports(random, destination ? 12 : 2, end.not_ports);
    return end;
}

/* --- rules ------------------------------------------------------------------------------------- */

static int gen_protocol(struct w_random *random)
{
    static const int protocols[] = {W_IP_TCP,    W_IP_TCP,  W_IP_TCP,      W_IP_UDP,
                                    W_IP_UDP,    W_IP_SCTP, W_IP_SCTP,     W_IP_ICMP,
                                    W_IP_ICMPV6, W_NONE,    W_IP_UDP_LITE, W_IP_ICMP};
    return ONE_OF(protocols);
}

static bool is_icmp(int protocol)
{
    return protocol == W_IP_ICMP || protocol == W_IP_ICMPV6;
}

static void gen_conditions(struct w_random *random, enum w_dir dir, struct w_calico_rule *rule)
{
    bool tcp = rule->protocol == W_NONE || rule->protocol == W_IP_TCP;
    if (is_icmp(rule->protocol))
        rule->icmp = w_random_chance(random, 40);
    if (!rule->icmp)
        rule->not_icmp = w_random_chance(random, 3);
    if (tcp && rule->action == W_ALLOW && dir == W_INGRESS)
        rule->http = w_random_chance(random, 6);
    if (!is_icmp(rule->protocol) && !is_icmp(rule->not_protocol) && w_random_chance(random, 10))
        rule->ip_version = w_random_chance(random, 60) ? 4 : 6;
}

static struct w_calico_rule gen_rule(struct world *world, struct w_random *random, enum w_dir dir)
{
    struct w_calico_rule rule = {.protocol = W_NONE, .not_protocol = W_NONE};
    uint32_t which = w_random_below(random, 100);
    rule.action = which < 45 ? W_ALLOW : which < 75 ? W_DENY : which < 92 ? W_PASS : W_LOG;
    if (w_random_chance(random, 60))
        rule.protocol = gen_protocol(random);
    if (w_random_chance(random, 8))
        rule.not_protocol = gen_protocol(random);
    gen_conditions(random, dir, &rule);
    int family = rule.ip_version != 0 ? rule.ip_version : w_random_chance(random, 75) ? 4 : 6;
    bool ported =
        rule.protocol == W_IP_TCP || rule.protocol == W_IP_UDP || rule.protocol == W_IP_SCTP;
    bool ingress = dir == W_INGRESS;
    rule.source = gen_end(world, random, ingress, false, family, ported);
    rule.destination = gen_end(world, random, !ingress, true, family, ported);
    return rule;
}

/* --- policies ------------------------------------------------------------------------------------ */

static const char *gen_tier_name(const struct world *world, struct w_random *random)
{
    uint32_t which = w_random_below(random, 100);
    if (which < 3)
        return "ghost"; /* a tier that was not read */
    if (which < 10)
        return "kube-admin";
    if (which < 17)
        return "kube-baseline";
    if (which < 50 && world->ntiers > 0)
        return world->tiers[w_random_below(random, (uint32_t)world->ntiers)].name;
    return which < 70 ? "default" : NULL;
}

static void gen_types(struct w_random *random, struct w_calico *calico)
{
    calico->types_state = gen_state(random);
    if (calico->types_state != W_GIVEN)
        return;
    calico->ntypes = (int)w_random_below(random, 3);
    enum w_dir first = (enum w_dir)w_random_below(random, 2);
    for (int i = 0; i < calico->ntypes; i++)
        calico->types[i] = i == 0 ? first : 1 - first;
}

void gen_calico(struct world *world, struct w_random *random, struct w_policy *policy)
{
    static const int orders[] = {W_NONE, W_NONE, 0, 2, 20, 21, 1000, 2000, 2000, 2001, 3000};
    struct w_calico *calico = &world->calicos[world->ncalicos];
    policy->part = world->ncalicos++;
    policy->cluster_wide = w_random_chance(random, 45);
    calico->tier = gen_tier_name(world, random);
    calico->order_halves = ONE_OF(orders);
    calico->stored = w_random_chance(random, 25);
    calico->staged = w_random_chance(random, 4);
    calico->forward = policy->cluster_wide && !calico->staged && w_random_chance(random, 4);
    gen_types(random, calico);
    gen_maybe_selector(random, 65, ABOUT_ENDPOINTS, &calico->selector);
    if (policy->cluster_wide)
        gen_maybe_selector(random, 30, ABOUT_NAMESPACES, &calico->namespaces);
    gen_maybe_selector(random, 8, ABOUT_ACCOUNTS, &calico->accounts);
    for (int dir = 0; dir < 2; dir++) {
        calico->nrules[dir] = (int)w_random_below(random, W_RULES + 1);
        for (int r = 0; r < calico->nrules[dir]; r++)
            calico->rules[dir][r] = gen_rule(world, random, (enum w_dir)dir);
    }
    if (w_random_chance(random, 3))
        policy->fault = W_FAULT_OF_KIND;
}

/* --- what policies speak of ------------------------------------------------------------------------ */

static void gen_tiers(struct world *world, struct w_random *random)
{
    static const char *const names[W_TIERS] = {"security", "platform", "zone"};
    static const int orders[] = {W_NONE, 0, 100, 100, 1000, 2000000, 10000000, 20000000};
    world->ntiers = (int)w_random_below(random, W_TIERS + 1);
    for (int i = 0; i < world->ntiers; i++) {
        uint32_t action = w_random_below(random, 3);
        world->tiers[i] = (struct w_tier){.name = names[i],
                                          .order = ONE_OF(orders),
                                          .action = action == 0   ? W_NONE
                                                    : action == 1 ? W_DENY
                                                                  : W_PASS};
    }
}

static void gen_sets(struct world *world, struct w_random *random)
{
    static const char *const names[W_SETS] = {"s0", "s1", "s2"};
    world->nsets = (int)w_random_below(random, W_SETS + 1);
    for (int i = 0; i < world->nsets; i++) {
        struct w_set *set = &world->sets[i];
        set->name = names[i];
        set->ns = w_random_chance(random, 50)
                      ? W_NONE
                      : (int)w_random_below(random, (uint32_t)world->nnamespaces);
        set->labels = gen_labels(random);
        set->nnets = gen_nets(world, random, 0, 90, set->nets);
    }
}

void gen_calico_objects(struct world *world, struct w_random *random)
{
    static const char *const names[] = {"default", "robot", "admin"};
    gen_tiers(world, random);
    gen_sets(world, random);
    for (int ns = 0; ns < world->nnamespaces; ns++) {
        for (uint32_t i = 0; i < COUNT(names); i++) {
            if (w_random_chance(random, 75))
                world->accounts[world->naccounts++] =
                    (struct w_account){ns, names[i], gen_labels(random)};
        }
    }
}
