/*
 * One cell: what the policies of two classes say about traffic between them.
 *
 * Every part is answered with what surely holds and what possibly does (semantics 0.4, 16.1), so an
 * input that is missing ends as "unknown" and never as a guess.
 */
#include "eval_internal.h"

#include <assert.h>

/* What the policies of one group do, side by side. */
struct group {
    pg_ports left_sure, left_possible; /* before the group */
    pg_ports possible[3];              /* by pg_action, over its policies */
    pg_ports matched; /* surely: no more left, whatever else may have acted on it */
    pg_ports refused; /* possibly, by a proxy behind a rule that allows (13.11) */
    pg_ports entered; /* what is left where a policy that may not select the pod does (14.12) */
};

static pg_ports join(struct pg_eval *eval, pg_ports a, pg_ports b)
{
    return pg_portset_union(eval->sets, a, b);
}

static pg_ports both(struct pg_eval *eval, pg_ports a, pg_ports b)
{
    return pg_portset_intersect(eval->sets, a, b);
}

static pg_ports less(struct pg_eval *eval, pg_ports a, pg_ports b)
{
    return pg_portset_minus(eval->sets, a, b);
}

/* One entry, from what was left before its group. The first match decides, unless rules add up. */
static void walk_entry(struct pg_eval *eval, const struct ask *ask, const struct entry *entry,
                       struct group *group, const struct watcher *watcher)
{
    const struct policy *policy = &eval->policies[entry->policy];
    pg_ports left_sure = group->left_sure, left_possible = group->left_possible;
    bool doubtful = pg_cell_doubtful(eval, policy, ask->self);
    if (pg_cell_unevaluated(eval, policy, ask->self) ||
        (ask->no_network && policy->source->kind == PG_POLICY_NETWORK))
        return; /* what it says is no answer here */
    for (uint32_t r = 0; r < policy->source->nrules[ask->dir] && left_possible != PG_PORTS_NONE;
         r++) {
        const struct rule *rule = &policy->rules[ask->dir][r];
        if (!entry_has(entry, rule->source))
            continue;
        struct step step = {.rule = rule, .position = r};
        step.match = pg_match_rule(eval, policy, rule, ask);
        bool surely = step.match == MATCH_YES; /* if the policy is asked at all */
        if (surely && doubtful)
            step.match = MATCH_MAYBE;
        if (step.match == MATCH_NO)
            continue;
        pg_ports sure, possible;
        pg_match_ports(eval, policy, rule, ask, &sure, &possible);
        if (step.match == MATCH_YES)
            step.sure = both(eval, sure, left_sure);
        step.possible = both(eval, possible, left_possible);
        if (step.possible == PG_PORTS_NONE)
            continue;
        step.matches = step.match == MATCH_YES && both(eval, sure, left_possible) != PG_PORTS_NONE;
        if (watcher != NULL)
            watcher->on_step(watcher->context, entry, &step);
        enum pg_action action = rule->source->action;
        group->possible[action] = join(eval, group->possible[action], step.possible);
        if (step.match == MATCH_YES)
            group->matched = join(eval, group->matched, sure);
        if (rule->source->may_refuse)
            group->refused = join(eval, group->refused, step.possible);
        if (entry->unordered)
            continue;
        left_sure = less(eval, left_sure, possible);
        if (surely)
            left_possible = less(eval, left_possible, sure);
    }
    if (doubtful)
        group->entered = join(eval, group->entered, left_possible);
}

/* Policies of one rank may be applied in any order: each of their actions is possible (semantics 11.5,
   16.3). */
static void end_group(struct pg_eval *eval, struct walk *walk, const struct group *group)
{
    const pg_ports *possible = group->possible;
    pg_ports others = join(eval, possible[PG_ACTION_DENY], possible[PG_ACTION_PASS]);
    walk->allow_possible = join(eval, walk->allow_possible, possible[PG_ACTION_ALLOW]);
    walk->deny_possible = join(eval, walk->deny_possible, possible[PG_ACTION_DENY]);
    walk->deny_possible =
        join(eval, walk->deny_possible, less(eval, group->refused, group->matched));
    walk->pass_possible = join(eval, walk->pass_possible, possible[PG_ACTION_PASS]);
    walk->entered = join(eval, walk->entered, group->entered);
    walk->left_sure = less(eval, walk->left_sure, join(eval, possible[PG_ACTION_ALLOW], others));
    walk->left_possible = less(eval, walk->left_possible, group->matched);
}

/* What is known of a tier at its end. */
struct closing {
    enum match isolates; /* a policy of it does */
    bool silent; /* one is a NetworkPolicy, which does not speak of protocols without ports (7.14) */
};

static void end_tier(struct pg_eval *eval, struct walk *walk, struct closing closing)
{
    pg_ports rest = closing.isolates == MATCH_MAYBE ? walk->entered : walk->left_possible;
    if (closing.isolates != MATCH_NO) {
        if (closing.silent)
            walk->allow_possible =
                join(eval, walk->allow_possible, both(eval, rest, PG_PORTS_OTHER));
        walk->deny_possible = join(eval, walk->deny_possible, rest);
    }
    if (closing.isolates == MATCH_YES)
        walk->left_possible = PG_PORTS_NONE;
    walk->left_possible = join(eval, walk->left_possible, walk->pass_possible);
    walk->left_sure =
        less(eval, less(eval, walk->left_possible, walk->allow_possible), walk->deny_possible);
    walk->pass_possible = walk->entered = PG_PORTS_NONE;
}

void pg_cell_walk(struct pg_eval *eval, const struct ask *ask, struct walk *walk,
                  const struct watcher *watcher)
{
    const struct class_data *data = &eval->data[ask->self];
    uint32_t n = data->nentries[ask->dir];
    pg_ports all = watcher != NULL ? watcher->question : PG_PORTS_EVERY;
    *walk = (struct walk){.left_sure = all, .left_possible = all, .reached = all};
    struct group group = {.left_sure = all, .left_possible = all};
    struct closing closing = {.isolates = MATCH_NO};
    for (uint32_t i = 0; i < n; i++) {
        const struct entry *entry = &eval->entries[data->entries[ask->dir][i]];
        const struct pg_policy *source = eval->policies[entry->policy].source;
        bool asked = !ask->no_network || source->kind != PG_POLICY_NETWORK;
        if (asked && eval->tiers[entry->tier].denies && policy_isolates(source, (int)ask->dir) &&
            closing.isolates != MATCH_YES)
            closing.isolates = pg_cell_doubtful(eval, &eval->policies[entry->policy], ask->self)
                                   ? MATCH_MAYBE
                                   : MATCH_YES;
        closing.silent |= source->kind == PG_POLICY_NETWORK;
        walk_entry(eval, ask, entry, &group, watcher);
        const struct entry *next = i + 1 < n ? &eval->entries[data->entries[ask->dir][i + 1]] : NULL;
        if (next != NULL && next->tier == entry->tier && next->group == entry->group)
            continue;
        end_group(eval, walk, &group);
        if (next == NULL || next->tier != entry->tier) {
            if (watcher != NULL)
                watcher->on_tier_end(watcher->context, entry->tier, walk);
            end_tier(eval, walk, closing);
            walk->reached = walk->left_possible;
            closing = (struct closing){.isolates = MATCH_NO};
        }
        group = (struct group){.left_sure = walk->left_sure, .left_possible = walk->left_possible};
    }
}

static void ask_policies(struct pg_eval *eval, const struct ask *ask, struct pg_side *side)
{
    struct walk walk;
    if (eval->data[ask->self].unevaluated[ask->dir]) { /* it might allow or deny anything */
        side->sure = PG_PORTS_NONE;
        return;
    }
    pg_cell_walk(eval, ask, &walk, NULL);
    side->possible = join(eval, walk.allow_possible, walk.left_possible);
    /* Not: what some rule surely allows. Where a rule possibly allows and everything behind it allows too,
       no rule is sure to be the one, and still nothing can deny (semantics 0.4). */
    side->sure = less(eval, side->possible, walk.deny_possible);
    /* Admin policies isolate nobody, and still nothing is open that one of their rules decides. */
    side->isolated |= walk.allow_possible != PG_PORTS_NONE || walk.deny_possible != PG_PORTS_NONE;
}

/* Whether the own-node exemption is switched on for a direction (semantics 8.3, 8.4). */
static bool own_node_exempts(const struct pg_eval *eval, enum pg_dir dir)
{
    return dir == PG_INGRESS ? !eval->assume.ingress_own_node_policy
                             : eval->assume.egress_own_node_allow;
}

struct pg_side pg_cell_side(struct pg_eval *eval, const struct ask *ask)
{
    const struct pg_class *self = &eval->classes[ask->self], *other = &eval->classes[ask->other];
    struct pg_side side = {.sure = PG_PORTS_EVERY, .possible = PG_PORTS_EVERY};
    if (self->kind != PG_CLASS_PODS && eval->data[ask->self].unevaluated[ask->dir]) {
        side.present = side.isolated = true; /* a host policy (13.15) */
        side.sure = PG_PORTS_NONE;
        return side;
    }
    if (self->kind == PG_CLASS_NODE || self->kind == PG_CLASS_OUTSIDE)
        return side;
    side.present = true;
    if (self->kind == PG_CLASS_HOST) {
        side.exempt = PG_EXEMPT_HOST_NETWORK; /* semantics 2.5 */
        return side;
    }
    bool node_at_other_end = other->kind == PG_CLASS_NODE || other->kind == PG_CLASS_HOST;
    bool own_node = node_at_other_end && own_node_exempts(eval, ask->dir);
    side.isolated = self->isolated[ask->dir];
    if (own_node && ask->near == PG_NEAR_SAME) {
        side.exempt = PG_EXEMPT_OWN_NODE;
        return side;
    }
    if (eval->data[ask->self].nentries[ask->dir] == 0)
        return side;
    ask_policies(eval, ask, &side);
    if (own_node && ask->near == PG_NEAR_UNKNOWN)
        side.possible = PG_PORTS_EVERY; /* semantics 18, step 5 */
    return side;
}

int pg_cell_families(const struct pg_eval *eval, uint32_t from, uint32_t to, int family, int out[2])
{
    const struct pg_class *a = &eval->classes[from], *b = &eval->classes[to];
    int n = 0;
    for (int f = 0; f < 2; f++) {
        int name = f == 0 ? 4 : 6;
        if (a->has_family[f] && b->has_family[f] && (family == 0 || family == name))
            out[n++] = name;
    }
    return n;
}

static struct pg_cell cell_of_family(struct pg_eval *eval, uint32_t from, uint32_t to,
                                     enum pg_near near, int family)
{
    struct pg_cell cell = {0};
    struct ask ask = {.self = from,
                      .other = to,
                      .dir = PG_EGRESS,
                      .near = near,
                      .family = family,
                      .ignore_blocks = eval->assume.ipblock_pods_ignore};
    cell.sides[PG_EGRESS] = pg_cell_side(eval, &ask);
    ask.self = to;
    ask.other = from;
    ask.dir = PG_INGRESS;
    cell.sides[PG_INGRESS] = pg_cell_side(eval, &ask);
    cell.sure = both(eval, cell.sides[0].sure, cell.sides[1].sure);
    cell.sure = both(eval, cell.sure, PG_PORTS_ALL);
    cell.possible = both(eval, cell.sides[0].possible, cell.sides[1].possible);
    cell.possible = both(eval, cell.possible, PG_PORTS_ALL);
    return cell;
}

/* Both families: sure is what holds in both, possible what holds in one (semantics 5.13). */
static void merge_families(struct pg_eval *eval, struct pg_cell *cell, const struct pg_cell *other)
{
    cell->mixed = cell->sure != other->sure || cell->possible != other->possible;
    for (int dir = 0; dir < 2; dir++) {
        struct pg_side *side = &cell->sides[dir];
        side->sure = both(eval, side->sure, other->sides[dir].sure);
        side->possible = join(eval, side->possible, other->sides[dir].possible);
        side->isolated |= other->sides[dir].isolated;
    }
    cell->sure = both(eval, cell->sure, other->sure);
    cell->possible = join(eval, cell->possible, other->possible);
}

/* The side of a pod whose rules cannot match the other end. */
static struct pg_side side_of_stranger(const struct pg_class *class, enum pg_dir dir)
{
    struct pg_side side = {.sure = PG_PORTS_EVERY,
                           .possible = PG_PORTS_EVERY,
                           .present = class->kind == PG_CLASS_PODS,
                           .isolated = class->isolated[dir]};
    if (side.isolated) {
        side.sure = PG_PORTS_NONE;
        side.possible = PG_PORTS_OTHER; /* semantics 7.14 */
    }
    return side;
}

static bool are_strangers(const struct pg_eval *eval, uint32_t from, uint32_t to, int family)
{
    const struct pg_class *a = &eval->classes[from], *b = &eval->classes[to];
    return family == 0 && pg_eval_strangers(eval, from, to) &&
           ((a->has_family[0] && b->has_family[0]) || (a->has_family[1] && b->has_family[1]));
}

struct pg_cell pg_eval_cell(struct pg_eval *eval, uint32_t from, uint32_t to, enum pg_near near,
                            int family)
{
    const struct pg_class *a = &eval->classes[from], *b = &eval->classes[to];
    if (are_strangers(eval, from, to, family)) {
        struct pg_cell cell = {.sides = {[PG_EGRESS] = side_of_stranger(a, PG_EGRESS),
                                         [PG_INGRESS] = side_of_stranger(b, PG_INGRESS)}};
        if (!a->isolated[PG_EGRESS] && !b->isolated[PG_INGRESS])
            cell.sure = cell.possible = PG_PORTS_ALL;
        return cell;
    }
    int families[2];
    int n = pg_cell_families(eval, from, to, family, families);
    if (n == 0) {
        struct pg_cell none = cell_of_family(eval, from, to, near, 4);
        none.sure = none.possible = PG_PORTS_NONE;
        none.no_route = true;
        return none;
    }
    struct pg_cell cell = cell_of_family(eval, from, to, near, families[0]);
    bool by_block = eval->data[from].has_block[PG_EGRESS] || eval->data[to].has_block[PG_INGRESS];
    if (n == 2 && by_block) {
        struct pg_cell other = cell_of_family(eval, from, to, near, families[1]);
        merge_families(eval, &cell, &other);
    }
    return cell;
}
