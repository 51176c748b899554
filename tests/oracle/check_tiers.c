/*
 * Reasons of a side that others than NetworkPolicies are asked for. What decides is looked for in every world
 * that is possible: a rule that acts in all of them must be named, and none may be named that acts in no world.
 */
#include <string.h>

#include "check.h"

/* A side and a question about one port, in all worlds. */
struct view {
    struct check *check;
    const struct question *q;
    const struct slow_side *slow;
    const struct pg_why_side *side;
    const char *name;
    struct slow_match matches[SLOW_RULES];
    bool acts[SLOW_RULES];   /* in some world */
    bool always[SLOW_RULES]; /* in every world */
    struct slow_outcomes out;
};

static void differs(const struct view *view, const struct slow_rule *rule, const char *what)
{
    check_differs(view->check, "%s: %s: %s rule %d %s", view->q->name, view->name,
                  view->check->world->policies[rule->policy].name, rule->rule, what);
}

static enum pg_effect effect_of(enum w_action action)
{
    return action == W_ALLOW ? PG_EFFECT_ALLOW : action == W_DENY ? PG_EFFECT_DENY : PG_EFFECT_PASS;
}

/* The name of the list that a rule counts in. */
static const char *list_of(const struct view *view, const struct slow_rule *rule)
{
    static const char *const lists[] = {"egress", "ingress", "egressDeny", "ingressDeny"};
    const struct w_policy *policy = &view->check->world->policies[rule->policy];
    return lists[policy->kind == W_CILIUM ? rule->list : (int)view->slow->dir];
}

/* The rule of the side that a reason names; NULL: none that matches the other end. */
static int find_rule(const struct view *view, const struct pg_reason *reason)
{
    for (int i = 0; i < view->slow->nrules; i++) {
        const struct slow_rule *rule = &view->slow->rules[i];
        if (view->check->policy_index[rule->policy] == reason->policy &&
            (uint32_t)rule->rule == reason->rule && reason->list != NULL &&
            strcmp(list_of(view, rule), reason->list) == 0)
            return i;
    }
    return -1;
}

static bool is_named(const struct view *view, int index)
{
    enum pg_effect effect = effect_of(view->slow->rules[index].action);
    for (uint32_t i = 0; i < view->side->nreasons; i++) {
        const struct pg_reason *reason = &view->side->reasons[i];
        if (reason->effect == effect && reason->rule != PG_NO_INDEX &&
            find_rule(view, reason) == index)
            return true;
    }
    return false;
}

/* Of NetworkPolicies every rule that allows is told (0.5), wherever they stand. */
static bool adds_up(const struct view *view, int index)
{
    const struct w_policy *policies = view->check->world->policies;
    bool acts = false;
    for (int i = 0; i < view->slow->nrules; i++)
        acts = acts || (view->acts[i] && policies[view->slow->rules[i].policy].kind == W_NETWORK);
    return acts && policies[view->slow->rules[index].policy].kind == W_NETWORK &&
           view->matches[index].plain != NO;
}

/* A reason that is a rule. */
static void check_rule_reason(const struct view *view, const struct pg_reason *reason)
{
    int index = find_rule(view, reason);
    if (index < 0 || !(view->acts[index] || adds_up(view, index))) {
        check_differs(view->check, "%s: %s: %s rule %d is named, and does nothing", view->q->name,
                      view->name,
                      view->check->world->policies[view->check->policy_of[reason->policy]].name,
                      (int)reason->rule);
        return;
    }
    const struct slow_rule *rule = &view->slow->rules[index];
    if (reason->effect != PG_EFFECT_UNKNOWN && reason->effect != effect_of(rule->action))
        differs(view, rule, "has another effect");
    if (reason->effect == PG_EFFECT_UNKNOWN && view->always[index] &&
        view->matches[index].proxied == NO)
        differs(view, rule, "surely acts, and is said to be in doubt");
}

/* A reason that is a policy: it isolates, or nobody knows what it says. */
static void check_policy_reason(const struct view *view, const struct pg_reason *reason)
{
    const struct check *check = view->check;
    int index = check->policy_of[reason->policy];
    const struct w_policy *policy = &check->world->policies[index];
    bool applies = false;
    for (int i = 0; i < view->slow->npolicies; i++)
        applies = applies || view->slow->policies[i] == index;
    bool evaluated = slow_is_evaluated(check->world, policy), good = applies;
    if (reason->effect == PG_EFFECT_ISOLATE)
        good = good && evaluated && slow_isolates(check->world, policy, view->slow->dir);
    else
        good = good && reason->effect == PG_EFFECT_UNKNOWN &&
               (!evaluated || slow_is_in_doubt(check->world, policy));
    if (!good)
        check_differs(view->check, "%s: %s: %s by %s", view->q->name, view->name,
                      pg_effect_name(reason->effect), policy->name);
}

static bool has_reason(const struct view *view, enum pg_effect effect, int policy)
{
    for (uint32_t i = 0; i < view->side->nreasons; i++) {
        const struct pg_reason *reason = &view->side->reasons[i];
        if (reason->effect == effect && reason->rule == PG_NO_INDEX &&
            reason->policy == view->check->policy_index[policy])
            return true;
    }
    return false;
}

/* Whether a policy is of those that are asked side by side, not one after the other. */
static bool add_up(const struct slow_side *slow, int use)
{
    for (int i = 0; i < slow->nstages; i++) {
        const struct slow_stage *stage = &slow->stages[i];
        if (use >= stage->first && use < stage->first + stage->n)
            return stage->kind != SLOW_FIRST_MATCH;
    }
    return false;
}

/* Denied, and by no rule in no world: then by policies that isolate; of those that add up all are told (0.5). */
static void check_isolation(const struct view *view)
{
    bool by_rule = false, named = false;
    for (int i = 0; i < view->slow->nrules; i++)
        by_rule = by_rule || (view->acts[i] && view->slow->rules[i].action == W_DENY);
    if (by_rule || view->side->verdict != PG_VERDICT_DENIED)
        return;
    for (int i = 0; i < view->slow->nuses; i++) {
        const struct slow_use *use = &view->slow->uses[i];
        named = named || has_reason(view, PG_EFFECT_ISOLATE, use->policy);
        if (use->isolates && add_up(view->slow, i) &&
            !has_reason(view, PG_EFFECT_ISOLATE, use->policy))
            check_differs(view->check, "%s: %s: %s isolates, and is not told of", view->q->name,
                          view->name, view->check->world->policies[use->policy].name);
    }
    if (!named)
        check_differs(view->check, "%s: %s: denied, and nothing says by whom", view->q->name,
                      view->name);
}

/* What is in doubt is said: by whom, or by which rules that do different things. */
static void check_doubt(const struct view *view)
{
    bool said = view->side->own_node_unknown, effects[PG_EFFECT_UNKNOWN + 1] = {false};
    for (uint32_t i = 0; i < view->side->nreasons; i++) {
        const struct pg_reason *reason = &view->side->reasons[i];
        said = said || reason->effect == PG_EFFECT_UNKNOWN || reason->detail != NULL;
        effects[reason->effect] = true;
    }
    int n = effects[PG_EFFECT_ALLOW] + effects[PG_EFFECT_DENY] + effects[PG_EFFECT_PASS];
    bool silent = view->q->protocol == W_ICMP && effects[PG_EFFECT_ISOLATE]; /* 7.14 */
    if (view->side->verdict == PG_VERDICT_UNKNOWN && !said && n < 2 && !silent)
        check_differs(view->check, "%s: %s: unknown, and nothing says why", view->q->name,
                      view->name);
}

static void look(struct view *view)
{
    const struct slow_side *slow = view->slow;
    const struct question *q = view->q;
    for (int i = 0; i < slow->nrules; i++)
        view->matches[i] = slow_rule_match(view->check->world, slow, i, q->protocol, q->port);
    view->out = slow_explore(slow, view->matches, q->protocol, view->acts, -1);
    for (int i = 0; i < slow->nrules; i++) {
        if (!view->acts[i])
            continue;
        struct slow_outcomes others = slow_explore(slow, view->matches, q->protocol, NULL, i);
        /* What goes to a proxy stays in doubt (13.11). */
        view->always[i] = !others.allow && !others.deny && view->matches[i].plain == YES;
    }
}

void check_tier_reasons(struct check *check, const struct question *q, int dir,
                        const struct pg_why_side *side)
{
    struct view view = {.check = check,
                        .q = q,
                        .slow = &q->slow.side[dir],
                        .side = side,
                        .name = dir == W_EGRESS ? "egress" : "ingress"};
    if (q->port < 0)
        return;
    look(&view);
    for (uint32_t i = 0; i < side->nreasons; i++) {
        check->ncompared++;
        if (side->reasons[i].rule != PG_NO_INDEX)
            check_rule_reason(&view, &side->reasons[i]);
        else
            check_policy_reason(&view, &side->reasons[i]);
    }
    for (int i = 0; i < view.slow->nrules; i++) {
        check->ncompared++;
        if (view.always[i] && !is_named(&view, i))
            differs(&view, &view.slow->rules[i], "decides, and is not named");
    }
    check_isolation(&view);
    check_doubt(&view);
}
