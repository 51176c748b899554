/* Which policies are asked, and in which order (semantics 18). */
#include <string.h>

#include "slow_kinds.h"

/* --- engines (13.1, 12.11) -------------------------------------------------------------------------------- */

static bool has_kind(const struct world *world, enum w_kind kind)
{
    for (int i = 0; i < world->npolicies; i++) {
        if (world->policies[i].kind == kind && world->policies[i].fault == W_FAULT_NONE)
            return true;
    }
    return false;
}

enum w_engine slow_engine(const struct world *world)
{
    if (world->options.engine != W_ENGINE_AUTO)
        return world->options.engine;
    bool cilium = has_kind(world, W_CILIUM), calico = has_kind(world, W_CALICO);
    if (cilium && calico) /* no plugin reads both: neither is evaluated (0.4) */
        return W_ENGINE_K8S;
    return cilium ? W_ENGINE_CILIUM : calico ? W_ENGINE_CALICO : W_ENGINE_K8S;
}

bool slow_is_host_policy(const struct world *world, const struct w_policy *policy)
{
    return policy->kind == W_CILIUM && world->ciliums[policy->part].of_nodes;
}

bool slow_is_in_lost_tier(const struct world *world, const struct w_policy *policy)
{
    return policy->kind == W_CALICO && slow_calico_rank(world, policy).tier == NULL;
}

bool slow_is_in_doubt(const struct world *world, const struct w_policy *policy)
{
    return policy->kind == W_CALICO && world->calicos[policy->part].accounts.given;
}

bool slow_is_evaluated(const struct world *world, const struct w_policy *policy)
{
    enum w_engine engine = slow_engine(world);
    enum w_admin_api api = world->options.admin_api;
    bool newer = api == W_ADMIN_NEWEST ? has_kind(world, W_CLUSTER) : api == W_ADMIN_V1ALPHA2;
    switch (policy->kind) {
    case W_NETWORK: return true;
    case W_FOREIGN: return false;
    case W_ADMIN:
    case W_BASELINE_ADMIN: return engine == W_ENGINE_K8S && !newer;
    case W_CLUSTER: return engine != W_ENGINE_CILIUM && newer;
    case W_CILIUM: return engine == W_ENGINE_CILIUM && !slow_is_host_policy(world, policy);
    case W_CALICO: break;
    }
    return engine == W_ENGINE_CALICO && !slow_is_in_lost_tier(world, policy);
}

/* --- policies ------------------------------------------------------------------------------------ */

static bool cilium_has_rules(const struct w_cilium *cilium, enum w_dir dir)
{
    int allows = dir == W_EGRESS ? W_LIST_EGRESS : W_LIST_INGRESS;
    int denies = dir == W_EGRESS ? W_LIST_EGRESS_DENY : W_LIST_INGRESS_DENY;
    return cilium->nrules[allows] + cilium->nrules[denies] > 0;
}

bool slow_applies(const struct world *world, const struct w_policy *policy, enum w_dir dir)
{
    switch (policy->kind) {
    case W_NETWORK: return slow_network_applies(world, policy, dir);
    case W_FOREIGN: return true;
    case W_ADMIN:
    case W_BASELINE_ADMIN:
    case W_CLUSTER: return world->admins[policy->part].nrules[dir] > 0;
    case W_CILIUM: return cilium_has_rules(&world->ciliums[policy->part], dir);
    case W_CALICO: break;
    }
    return slow_calico_applies(world, policy, dir);
}

enum truth slow_selects(const struct world *world, const struct w_policy *policy, int index)
{
    struct slow_end end = {SLOW_POD, index};
    bool selects = false, host = slow_is_host(world, end);
    if (policy->fault != W_FAULT_NONE || host != slow_is_host_policy(world, policy))
        return NO;
    if (host)
        return slow_cilium_selects_node(world, policy,
                                        slow_find_node(world, world->pods[index].node));
    switch (policy->kind) {
    case W_NETWORK: selects = slow_network_selects(world, policy, index); break;
    case W_FOREIGN: selects = policy->cluster_wide || policy->ns == world->pods[index].ns; break;
    case W_ADMIN:
    case W_BASELINE_ADMIN:
    case W_CLUSTER: selects = slow_admin_selects(world, policy, index); break;
    case W_CILIUM: selects = slow_cilium_selects(world, policy, index); break;
    case W_CALICO: return slow_calico_selects(world, policy, index);
    }
    return selects ? YES : NO;
}

bool slow_isolates(const struct world *world, const struct w_policy *policy, enum w_dir dir)
{
    switch (policy->kind) {
    case W_NETWORK: return true;                                                          /* 3.2 */
    case W_CILIUM: return world->ciliums[policy->part].default_deny[dir] != W_SWITCH_OFF; /* 13.4 */
    case W_CALICO: return slow_calico_rank(world, policy).denies;                         /* 14.4 */
    default: return false;                                                                /* 11.9 */
    }
}

/* --- rules ------------------------------------------------------------------------------------- */

/* What is asked. */
struct asking {
    const struct world *world;
    struct slow_side *side;
    struct slow_end self, other;
    int family;
};

static void add_rule(struct asking *asking, const struct w_policy *policy, int list, int rule,
                     enum w_action action, enum truth peer)
{
    struct slow_side *side = asking->side;
    if (peer != NO && action != W_LOG) /* 14.2 */
        side->rules[side->nrules++] =
            (struct slow_rule){(int)(policy - asking->world->policies), list, rule, action, peer};
}

static void add_network_rules(struct asking *asking, const struct w_policy *policy)
{
    enum w_dir dir = asking->side->dir;
    for (int r = 0; r < policy->nrules[dir]; r++)
        add_rule(asking, policy, dir, r, W_ALLOW,
                 slow_network_peers(asking->world, policy, &policy->rules[dir][r], asking->other,
                                    asking->family));
}

static void add_admin_rules(struct asking *asking, const struct w_policy *policy)
{
    enum w_dir dir = asking->side->dir;
    const struct w_admin *admin = &asking->world->admins[policy->part];
    for (int r = 0; r < admin->nrules[dir]; r++)
        add_rule(
            asking, policy, dir, r, slow_admin_action(&admin->rules[dir][r]),
            slow_admin_peers(asking->world, &admin->rules[dir][r], asking->other, asking->family));
}

static void add_cilium_rules(struct asking *asking, const struct w_policy *policy)
{
    const struct w_cilium *cilium = &asking->world->ciliums[policy->part];
    for (int list = 0; list < W_NLISTS; list++) {
        bool in = list == W_LIST_INGRESS || list == W_LIST_INGRESS_DENY;
        for (int r = 0; in == (asking->side->dir == W_INGRESS) && r < cilium->nrules[list]; r++)
            add_rule(asking, policy, list, r, list >= W_LIST_EGRESS_DENY ? W_DENY : W_ALLOW,
                     slow_cilium_peers(asking->world, policy, &cilium->rules[list][r], asking->self,
                                       asking->other, asking->family));
    }
}

static void add_calico_rules(struct asking *asking, const struct w_policy *policy)
{
    enum w_dir dir = asking->side->dir;
    const struct w_calico *calico = &asking->world->calicos[policy->part];
    for (int r = 0; r < calico->nrules[dir]; r++) {
        const struct w_calico_rule *rule = &calico->rules[dir][r];
        add_rule(asking, policy, dir, r, rule->action,
                 slow_calico_peers(asking->world, policy, rule, dir, asking->self, asking->other,
                                   asking->family));
    }
}

static void add_use(struct asking *asking, int index, enum truth selects, int group)
{
    const struct w_policy *policy = &asking->world->policies[index];
    struct slow_side *side = asking->side;
    struct slow_use use = {.policy = index,
                           .selects = selects,
                           .first = side->nrules,
                           .group = group,
                           .isolates = slow_isolates(asking->world, policy, side->dir),
                           .silent = policy->kind == W_NETWORK};
    switch (policy->kind) {
    case W_NETWORK: add_network_rules(asking, policy); break;
    case W_CILIUM: add_cilium_rules(asking, policy); break;
    case W_CALICO: add_calico_rules(asking, policy); break;
    default: add_admin_rules(asking, policy); break;
    }
    use.nrules = side->nrules - use.first;
    side->uses[side->nuses++] = use;
    side->stages[side->nstages - 1].n++;
}

static void begin_stage(struct slow_side *side, enum slow_stage_kind kind, bool denies)
{
    side->stages[side->nstages++] =
        (struct slow_stage){.kind = kind, .first = side->nuses, .denies = denies};
}

/* --- order ------------------------------------------------------------------------------------- */

/* The policies that are evaluated and select the end, in no order yet. */
struct chosen {
    struct {
        int policy;
        enum truth selects;
        struct slow_rank rank;
    } v[W_POLICIES];
    int n;
};

static bool is_admin(enum w_kind kind)
{
    return kind == W_ADMIN || kind == W_BASELINE_ADMIN || kind == W_CLUSTER;
}

/* The priority of an admin policy of a tier; -1: it is none. */
static int priority_of(const struct world *world, int index, bool baseline)
{
    const struct w_policy *policy = &world->policies[index];
    if (!is_admin(policy->kind) || world->admins[policy->part].baseline != baseline)
        return -1;
    return world->admins[policy->part].priority;
}

/* The admin policies of a tier, by priority; equal ones are a group. */
static void admin_stage(struct asking *asking, const struct chosen *chosen, bool baseline)
{
    for (int last = -1;;) {
        int next = -1;
        for (int i = 0; i < chosen->n; i++) {
            int priority = priority_of(asking->world, chosen->v[i].policy, baseline);
            if (priority > last && (next < 0 || priority < next))
                next = priority;
        }
        if (next < 0)
            return;
        if (last < 0)
            begin_stage(asking->side, SLOW_FIRST_MATCH, false);
        for (int i = 0; i < chosen->n; i++) {
            if (priority_of(asking->world, chosen->v[i].policy, baseline) == next)
                add_use(asking, chosen->v[i].policy, YES, next);
        }
        last = next;
    }
}

static void one_stage(struct asking *asking, const struct chosen *chosen, enum w_kind kind,
                      enum w_kind other, enum slow_stage_kind stage)
{
    bool begun = false;
    for (int i = 0; i < chosen->n; i++) {
        enum w_kind found = asking->world->policies[chosen->v[i].policy].kind;
        if (found != kind && found != other)
            continue;
        if (!begun)
            begin_stage(asking->side, stage, true);
        begun = true;
        add_use(asking, chosen->v[i].policy, YES, 0);
    }
}

static bool is_before(const struct slow_rank *a, const struct slow_rank *b)
{
    if (a->tier_order < b->tier_order || a->tier_order > b->tier_order)
        return a->tier_order < b->tier_order;
    int order = strcmp(a->tier, b->tier);
    if (order != 0)
        return order < 0;
    if (a->order < b->order || a->order > b->order)
        return a->order < b->order;
    return strcmp(a->text, b->text) < 0;
}

static void calico_stages(struct asking *asking, struct chosen *chosen)
{
    const char *tier = NULL;
    for (int done = 0; done < chosen->n; done++) {
        int first = done;
        for (int i = done + 1; i < chosen->n; i++) {
            if (is_before(&chosen->v[i].rank, &chosen->v[first].rank))
                first = i;
        }
        if (tier == NULL || strcmp(tier, chosen->v[first].rank.tier) != 0)
            begin_stage(asking->side, SLOW_FIRST_MATCH, chosen->v[first].rank.denies);
        tier = chosen->v[first].rank.tier;
        add_use(asking, chosen->v[first].policy, chosen->v[first].selects, done);
        chosen->v[first] = chosen->v[done];
    }
}

static void choose(struct asking *asking, struct chosen *chosen)
{
    const struct world *world = asking->world;
    struct slow_side *side = asking->side;
    for (int p = 0; p < world->npolicies; p++) {
        const struct w_policy *policy = &world->policies[p];
        enum truth selects = slow_selects(world, policy, asking->self.index);
        if (selects == NO || !slow_applies(world, policy, side->dir))
            continue;
        side->policies[side->npolicies++] = p;
        if (!slow_is_evaluated(world, policy)) {
            side->foreign = side->isolates = true;
            continue;
        }
        side->isolates = side->isolates || slow_isolates(world, policy, side->dir);
        side->plain = side->plain && policy->kind == W_NETWORK;
        chosen->v[chosen->n].policy = p;
        chosen->v[chosen->n].selects = selects;
        if (slow_engine(world) == W_ENGINE_CALICO)
            chosen->v[chosen->n].rank = slow_calico_rank(world, policy);
        chosen->n++;
    }
}

static void add_policies(struct asking *asking)
{
    struct chosen chosen = {.n = 0};
    enum w_engine engine = slow_engine(asking->world);
    asking->side->plain = engine == W_ENGINE_K8S;
    choose(asking, &chosen);
    if (engine == W_ENGINE_CILIUM) {
        one_stage(asking, &chosen, W_NETWORK, W_CILIUM, SLOW_CILIUM); /* 13.16 */
    } else if (engine == W_ENGINE_CALICO) {
        calico_stages(asking, &chosen);
    } else {
        admin_stage(asking, &chosen, false); /* 12.2 */
        one_stage(asking, &chosen, W_NETWORK, W_NETWORK, SLOW_SUM);
        admin_stage(asking, &chosen, true);
    }
}

/* --- one side ---------------------------------------------------------------------------------- */

/* Nodes, and the pods on their network, are selected by host policies only; what those say is not known. */
static void add_host_policies(struct asking *asking)
{
    const struct world *world = asking->world;
    struct slow_side *side = asking->side;
    struct slow_end self = asking->self;
    for (int p = 0; p < world->npolicies; p++) {
        const struct w_policy *policy = &world->policies[p];
        if (policy->fault != W_FAULT_NONE || !slow_is_host_policy(world, policy) ||
            !slow_applies(world, policy, side->dir))
            continue;
        enum truth selects = self.kind == SLOW_NODE
                                 ? slow_cilium_selects_node(world, policy, &world->nodes[self.index])
                                 : slow_selects(world, policy, self.index);
        if (selects == NO)
            continue;
        side->policies[side->npolicies++] = p;
        side->present = side->foreign = side->isolates = true;
    }
}

void slow_ask_side(const struct world *world, enum w_dir dir, struct slow_end from,
                   struct slow_end to, bool replicas, int family, struct slow_side *side)
{
    struct asking asking = {.world = world,
                            .side = side,
                            .self = dir == W_EGRESS ? from : to,
                            .other = dir == W_EGRESS ? to : from,
                            .family = family};
    memset(side, 0, sizeof *side);
    side->dir = dir;
    side->present = asking.self.kind == SLOW_POD;
    side->to = to;
    if (asking.self.kind == SLOW_OUTSIDE)
        return;
    if (!slow_is_plain_pod(world, asking.self)) {
        add_host_policies(&asking);
        if (side->npolicies == 0) {
            side->exempt = side->present ? SLOW_HOST_NETWORK : SLOW_NOT_EXEMPT; /* 2.5 */
            return;
        }
    }
    const struct w_options *options = &world->options;
    bool node_passes = dir == W_EGRESS ? options->egress_own_node_allow     /* 8.4 */
                                       : !options->ingress_own_node_policy; /* 8.3 */
    enum truth own_node = node_passes ? slow_on_one_node(world, from, to) : NO;
    if (!replicas && slow_is_self(world, from, to) && !options->self_policy)
        side->exempt = SLOW_SELF;
    else if (own_node == YES && slow_is_plain_pod(world, asking.self))
        side->exempt = SLOW_OWN_NODE;
    if (!slow_is_plain_pod(world, asking.self))
        return;
    side->maybe_own_node = own_node == MAYBE;
    add_policies(&asking);
}

/* --- one port ---------------------------------------------------------------------------------- */

static struct slow_match least(enum truth peer, struct slow_match ports)
{
    return (struct slow_match){slow_least(peer, ports.plain), slow_least(peer, ports.proxied)};
}

/* Of protocols without ports NetworkPolicy does not speak: a rule without ports may let them in (7.14). */
static enum truth network_port(const struct world *world, const struct w_rule *rule,
                               struct slow_end to, enum w_protocol protocol, int port)
{
    if (protocol == W_ICMP)
        return rule->nports == 0 ? MAYBE : NO;
    return slow_rule_has_port(world, rule, to, protocol, port) ? YES : NO;
}

struct slow_match slow_rule_match(const struct world *world, const struct slow_side *side,
                                  int index, enum w_protocol protocol, int port)
{
    const struct slow_rule *hit = &side->rules[index];
    const struct w_policy *policy = &world->policies[hit->policy];
    struct slow_match ports = {NO, NO};
    switch (policy->kind) {
    case W_NETWORK:
        ports.plain =
            network_port(world, &policy->rules[hit->list][hit->rule], side->to, protocol, port);
        break;
    case W_CILIUM:
        ports = slow_cilium_port(world, &world->ciliums[policy->part].rules[hit->list][hit->rule],
                                 side->to, protocol, port);
        break;
    case W_CALICO:
        ports.plain =
            slow_calico_port(world, &world->calicos[policy->part].rules[hit->list][hit->rule],
                             side->to, protocol, port);
        break;
    default:
        ports.plain =
            slow_admin_port(world, &world->admins[policy->part].rules[hit->list][hit->rule],
                            side->to, protocol, port);
    }
    return least(hit->peer, ports);
}

enum truth slow_answer(const struct slow_side *side, const struct slow_match *matches,
                       enum w_protocol protocol)
{
    if (!side->present || side->exempt != SLOW_NOT_EXEMPT || side->npolicies == 0)
        return YES; /* 3.1 */
    if (side->foreign)
        return MAYBE;
    struct slow_outcomes out = slow_explore(side, matches, protocol, NULL, -1);
    return !out.deny ? YES : out.allow || side->maybe_own_node ? MAYBE : NO;
}

enum truth slow_port(const struct world *world, const struct slow_side *side,
                     enum w_protocol protocol, int port)
{
    struct slow_match matches[SLOW_RULES];
    for (int i = 0; i < side->nrules; i++)
        matches[i] = slow_rule_match(world, side, i, protocol, port);
    return slow_answer(side, matches, protocol);
}
