/*
 * Possible worlds, by walking through all of them: wherever a match is only possible the walk goes both ways,
 * and wherever an order is not defined, every way. A walk that comes to where another one was already need not
 * go on, since nothing but the place decides what follows.
 */
#include <string.h>

#include "slow.h"

enum {
    SETS = 1 << W_POLICIES, /* of the policies of a group, as bits */
};

struct explorer {
    const struct slow_side *side;
    const struct slow_match *matches;
    bool icmp;
    bool *acts;
    int without;
    struct slow_outcomes out;
    bool stage_seen[SLOW_STAGES + 1];
    unsigned char group_seen[W_POLICIES][SETS]; /* by its first use: bits of `entered` */
    bool rule_seen[2][SLOW_RULES + 1][4];       /* by what was found among the rules before */
};

static void go_stage(struct explorer *explorer, int stage);

/* A rule acts in the world at hand. Returns whether that world counts. */
static bool act(struct explorer *explorer, int rule)
{
    if (explorer->acts != NULL)
        explorer->acts[rule] = true;
    return rule != explorer->without;
}

/* --- the first match decides ------------------------------------------------------------------------------ */

static void decide(struct explorer *explorer, int stage, int rule)
{
    if (!act(explorer, rule))
        return;
    switch (explorer->side->rules[rule].action) {
    case W_ALLOW: explorer->out.allow = true; break;
    case W_DENY: explorer->out.deny = true; break;
    default: go_stage(explorer, stage + 1); /* 11.8, 12.4, 14.2 */
    }
}

static bool has_silent_policy(const struct explorer *explorer, const struct slow_stage *stage)
{
    for (int i = stage->first; i < stage->first + stage->n; i++) {
        if (explorer->side->uses[i].silent)
            return true;
    }
    return false;
}

/* 14.4; and 7.14, where a NetworkPolicy is among those that isolate. */
static void end_of_tier(struct explorer *explorer, int stage, bool entered)
{
    const struct slow_stage *s = &explorer->side->stages[stage];
    if (!entered || !s->denies) {
        go_stage(explorer, stage + 1);
        return;
    }
    explorer->out.deny = true;
    if (explorer->icmp && has_silent_policy(explorer, s))
        explorer->out.allow = true;
}

static void go_group(struct explorer *explorer, int stage, int first, unsigned left, bool entered);

/* The group that begins at a use; behind the last one, the tier ends. */
static void begin_group(struct explorer *explorer, int stage, int first, bool entered)
{
    const struct slow_side *side = explorer->side;
    int end = side->stages[stage].first + side->stages[stage].n, n = 0;
    if (first == end) {
        end_of_tier(explorer, stage, entered);
        return;
    }
    while (first + n < end && side->uses[first + n].group == side->uses[first].group)
        n++;
    go_group(explorer, stage, first, (1u << n) - 1, entered);
}

static void ask_use(struct explorer *explorer, int stage, int first, int which, unsigned left,
                    bool entered)
{
    const struct slow_use *use = &explorer->side->uses[first + which];
    left &= ~(1u << which);
    if (use->selects != YES) /* a world in which it does not */
        go_group(explorer, stage, first, left, entered);
    for (int r = use->first; r < use->first + use->nrules; r++) {
        enum truth match = explorer->matches[r].plain;
        if (match != NO)
            decide(explorer, stage, r);
        if (match == YES)
            return;
    }
    go_group(explorer, stage, first, left, true);
}

/* `left` are the policies of the group that were not asked yet; any of them may be next (11.5). */
static void go_group(struct explorer *explorer, int stage, int first, unsigned left, bool entered)
{
    unsigned char *seen = &explorer->group_seen[first][left], mark = entered ? 2 : 1;
    if ((*seen & mark) != 0)
        return;
    *seen |= mark;
    for (int i = 0; i < W_POLICIES; i++) {
        if ((left >> i & 1) != 0)
            ask_use(explorer, stage, first, i, left, entered);
    }
    if (left != 0)
        return;
    const struct slow_side *side = explorer->side;
    int next = first, end = side->stages[stage].first + side->stages[stage].n;
    while (next < end && side->uses[next].group == side->uses[first].group)
        next++;
    begin_group(explorer, stage, next, entered);
}

/* --- rules that add up ------------------------------------------------------------------------------------ */

enum {
    FOUND = 1,         /* a rule that matches */
    FOUND_PROXIED = 2, /* one that lets it to a proxy */
};

static void go_rules(struct explorer *explorer, int rule, enum w_action action, unsigned found);

/* Every match in the world at hand was seen. */
static void end_of_rules(struct explorer *explorer, enum w_action action, unsigned found)
{
    struct slow_outcomes *out = &explorer->out;
    if (action == W_DENY) { /* 13.10 */
        if ((found & FOUND) != 0)
            out->deny = true;
        else
            go_rules(explorer, 0, W_ALLOW, 0);
        return;
    }
    bool isolates = false, silent = false;
    for (int i = 0; i < explorer->side->nuses; i++) {
        isolates = isolates || explorer->side->uses[i].isolates;
        silent = silent || explorer->side->uses[i].silent;
    }
    if ((found & FOUND) != 0) {
        out->allow = true;
    } else if ((found & FOUND_PROXIED) != 0) {
        out->allow = out->deny = true; /* 13.11 */
    } else if (isolates) {
        out->deny = true;
        out->allow = out->allow || (explorer->icmp && silent); /* 7.14 */
    } else {
        out->allow = true; /* 13.4 */
    }
}

/* One rule, and whatever follows: in every world that its match allows. */
static void ask_rule(struct explorer *explorer, int rule, enum w_action action, unsigned found)
{
    const struct slow_match *match = &explorer->matches[rule];
    for (unsigned does = 0; does < 4; does++) {
        bool plain = (does & FOUND) != 0, proxied = (does & FOUND_PROXIED) != 0;
        if ((plain ? match->plain == NO : match->plain == YES) ||
            (proxied ? match->proxied == NO : match->proxied == YES))
            continue; /* not in this world */
        if (does == 0 || act(explorer, rule))
            go_rules(explorer, rule + 1, action, found | does);
    }
}

static void go_rules(struct explorer *explorer, int rule, enum w_action action, unsigned found)
{
    bool *seen = &explorer->rule_seen[action == W_DENY][rule][found];
    if (*seen)
        return;
    *seen = true;
    if (rule == explorer->side->nrules)
        end_of_rules(explorer, action, found);
    else if (explorer->side->rules[rule].action == action)
        ask_rule(explorer, rule, action, found);
    else
        go_rules(explorer, rule + 1, action, found);
}

/* NetworkPolicies: of protocols without ports they say nothing (7.14). */
static void go_sum(struct explorer *explorer, const struct slow_stage *stage)
{
    bool allow = false, deny = true;
    if (explorer->icmp) {
        explorer->out.allow = explorer->out.deny = true;
        return;
    }
    for (int i = stage->first; i < stage->first + stage->n; i++) {
        const struct slow_use *use = &explorer->side->uses[i];
        for (int r = use->first; r < use->first + use->nrules; r++) {
            enum truth match = explorer->matches[r].plain;
            if (match == NO)
                continue;
            /* Where it matches it acts, whatever the others do; where it does not, they may. */
            bool counts = act(explorer, r);
            if (match == YES && !counts)
                return;
            allow = allow || counts;
            deny = deny && match != YES;
        }
    }
    explorer->out.allow = explorer->out.allow || allow;
    explorer->out.deny = explorer->out.deny || deny;
}

static void go_stage(struct explorer *explorer, int stage)
{
    const struct slow_side *side = explorer->side;
    if (explorer->stage_seen[stage])
        return;
    explorer->stage_seen[stage] = true;
    if (stage == side->nstages) {
        explorer->out.allow = true; /* 3.1, 14.18 */
        return;
    }
    switch (side->stages[stage].kind) {
    case SLOW_FIRST_MATCH: begin_group(explorer, stage, side->stages[stage].first, false); break;
    case SLOW_SUM: go_sum(explorer, &side->stages[stage]); break;
    case SLOW_CILIUM: go_rules(explorer, 0, W_DENY, 0); break;
    }
}

struct slow_outcomes slow_explore(const struct slow_side *side, const struct slow_match *matches,
                                  enum w_protocol protocol, bool *acts, int without)
{
    struct explorer explorer = {.side = side,
                                .matches = matches,
                                .icmp = protocol == W_ICMP,
                                .acts = acts,
                                .without = without};
    if (acts != NULL)
        memset(acts, 0, SLOW_RULES * sizeof *acts);
    go_stage(&explorer, 0);
    return explorer.out;
}
