/* Reasons: questions drawn at random, and everything that decides them. */
#include <string.h>

#include "check.h"

/* --- what a rule does for a question --- */

struct rule_answer {
    bool allows, maybe;
};

/* Of protocols without ports no rule speaks (7.14). */
static enum truth rule_truth(const struct check *check, const struct slow_side *side, int rule,
                             int atom)
{
    const struct atom *a = &check->atoms[atom];
    if (a->protocol == W_ICMP)
        return NO;
    return slow_rule_match(check->world, side, rule, a->protocol, a->first).plain;
}

static struct rule_answer rule_answer(const struct check *check, const struct question *q,
                                      const struct slow_side *side, int rule)
{
    struct rule_answer answer = {0};
    for (int i = 0; i < check->natoms; i++) {
        if ((q->mask >> i & 1) == 0)
            continue;
        enum truth truth = rule_truth(check, side, rule, i);
        answer.allows = answer.allows || truth == YES;
        answer.maybe = answer.maybe || truth == MAYBE;
    }
    return answer;
}

/* Whether there is a rule for all that is asked. */
static bool rules_allow(const struct check *check, const struct question *q,
                        const struct slow_side *side)
{
    for (int i = 0; i < check->natoms; i++) {
        bool allowed = (q->mask >> i & 1) == 0;
        for (int r = 0; r < side->nrules && !allowed; r++)
            allowed = rule_truth(check, side, r, i) == YES;
        if (!allowed)
            return false;
    }
    return true;
}

static enum pg_verdict verdict(uint64_t question, struct masks masks)
{
    uint64_t sure = masks.sure & question, possible = masks.possible & question;
    if (sure == question)
        return PG_VERDICT_ALLOWED;
    if (possible == 0)
        return PG_VERDICT_DENIED;
    return sure == possible ? PG_VERDICT_MIXED : PG_VERDICT_UNKNOWN;
}

static struct masks side_masks(const struct check *check, const struct question *q, int dir)
{
    if (q->self && q->slow.side[dir].present)
        return (struct masks){check->all | check->other, check->all | check->other};
    return check_side_masks(check, &q->slow.side[dir], NULL);
}

/* --- references --- */

/* How many references of an effect name a policy, or one of its rules. */
static int count_reasons(const struct pg_why_side *side, enum pg_effect effect, uint32_t policy,
                         uint32_t rule)
{
    int n = 0;
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        n += reason->effect == effect && reason->policy == policy && reason->rule == rule;
    }
    return n;
}

static void want_reason(struct check *check, const struct question *q, int dir, bool wanted,
                        enum pg_effect effect, const struct pg_why_side *side, int policy, int rule)
{
    uint32_t p = check->policy_index[policy];
    uint32_t r = rule < 0 ? PG_NO_INDEX : (uint32_t)rule;
    int n = count_reasons(side, effect, p, r);
    check->ncompared++;
    if (n == (int)wanted)
        return;
    check_differs(check, "%s: %s: %s by %s, rule %d: %d times, not %d", q->name,
                  dir == W_EGRESS ? "egress" : "ingress", pg_effect_name(effect),
                  check->world->policies[policy].name, rule, n, (int)wanted);
}

/* The peer and the port that a reference names are ones that decide. */
static void check_reference(struct check *check, const struct question *q,
                            const struct slow_side *side, const struct pg_reason *reason)
{
    int index = check->policy_of[reason->policy];
    const struct w_policy *policy = &check->world->policies[index];
    if (reason->rule >= (uint32_t)policy->nrules[side->dir]) {
        check_differs(check, "%s: %s has no rule %d", q->name, policy->name, (int)reason->rule);
        return;
    }
    const struct w_rule *rule = &policy->rules[side->dir][reason->rule];
    struct slow_end other = check->ends[side->dir == W_EGRESS ? q->to : q->from];
    enum truth wanted = reason->effect == PG_EFFECT_ALLOW ? YES : MAYBE, peer = YES;
    if (reason->peer < (uint32_t)rule->npeers)
        peer = slow_peer_has(check->world, policy, &rule->peers[reason->peer], other,
                             q->slow.nfamilies > 0 ? q->slow.families[0] : 4);
    bool icmp = q->protocol == W_ICMP;
    if ((reason->peer == PG_NO_INDEX) != (rule->npeers == 0) || (peer != wanted && !icmp))
        check_differs(check, "%s: %s rule %d peer %d is not what decides", q->name, policy->name,
                      (int)reason->rule, (int)reason->peer);
    bool has = rule->nports == 0;
    for (int i = 0; i < check->natoms && reason->port < (uint32_t)rule->nports; i++) {
        const struct atom *atom = &check->atoms[i];
        has = has ||
              ((q->mask >> i & 1) != 0 && slow_port_has(check->world, &rule->ports[reason->port],
                                                        side->to, atom->protocol, atom->first));
    }
    if ((reason->port == PG_NO_INDEX) != (rule->nports == 0) || !has)
        check_differs(check, "%s: %s rule %d port %d is not what decides", q->name, policy->name,
                      (int)reason->rule, (int)reason->port);
}

static void check_reasons(struct check *check, const struct question *q, int dir,
                          const struct pg_why_side *side)
{
    const struct slow_side *slow = &q->slow.side[dir];
    bool allowed = side->verdict == PG_VERDICT_ALLOWED, decided = rules_allow(check, q, slow);
    uint32_t expected = 0;
    for (int i = 0; i < slow->npolicies; i++) {
        int policy = slow->policies[i];
        bool foreign = !slow_is_evaluated(check->world, &check->world->policies[policy]);
        want_reason(check, q, dir, foreign, PG_EFFECT_UNKNOWN, side, policy, -1);
        int isolating =
            count_reasons(side, PG_EFFECT_ISOLATE, check->policy_index[policy], PG_NO_INDEX);
        /* Where rules allow all that is asked, those that have no part in it may be named. */
        if (!decided || isolating > 1)
            want_reason(check, q, dir, !foreign, PG_EFFECT_ISOLATE, side, policy, -1);
        expected += foreign + (uint32_t)isolating;
    }
    for (int i = 0; i < slow->nrules; i++) {
        struct rule_answer answer = rule_answer(check, q, slow, i);
        const struct slow_rule *rule = &slow->rules[i];
        want_reason(check, q, dir, answer.allows, PG_EFFECT_ALLOW, side, rule->policy, rule->rule);
        bool maybe = answer.maybe && !answer.allows && !allowed;
        if (q->protocol == W_ICMP) /* a rule without ports may be named: nobody says (7.14) */
            maybe = count_reasons(side, PG_EFFECT_UNKNOWN, check->policy_index[rule->policy],
                                  (uint32_t)rule->rule) == 1;
        want_reason(check, q, dir, maybe, PG_EFFECT_UNKNOWN, side, rule->policy, rule->rule);
        expected += answer.allows + maybe;
    }
    if (side->nreasons != expected)
        check_differs(check, "%s: %d reasons, not %d", q->name, (int)side->nreasons, (int)expected);
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        if (reason->rule != PG_NO_INDEX && reason->policy < check->cluster->npolicies)
            check_reference(check, q, slow, reason);
    }
}

/* --- near misses --- */

static int count_missing(const struct pg_miss *miss, enum pg_part first, enum pg_part last)
{
    int n = 0;
    for (int part = first; part <= (int)last; part++)
        n += miss->parts[part] == PG_PART_MISS;
    return n;
}

static enum truth best_peer(const struct slow_side *side, int policy, int rule)
{
    for (int i = 0; i < side->nrules; i++) {
        if (side->rules[i].policy == policy && side->rules[i].rule == rule)
            return side->rules[i].peer;
    }
    return NO;
}

/* What a miss says of the peer: that of the rule which fits best, and whether that fits. */
static void check_missing_peer(struct check *check, const struct question *q,
                               const struct slow_side *side, const struct pg_miss *miss)
{
    int index = check->policy_of[miss->policy];
    const struct w_policy *policy = &check->world->policies[index];
    const struct w_rule *rule = &policy->rules[side->dir][miss->rule];
    bool misses = count_missing(miss, PG_PART_NAMESPACE, PG_PART_PORT - 1) > 0;
    if (misses != (best_peer(side, index, (int)miss->rule) == NO))
        check_differs(check, "%s: %s rule %d: its peers %s", q->name, policy->name, (int)miss->rule,
                      misses ? "do not all miss" : "all miss");
    if ((miss->peer == PG_NO_INDEX) != (rule->npeers == 0)) {
        check_differs(check, "%s: %s rule %d has no peer %d", q->name, policy->name,
                      (int)miss->rule, (int)miss->peer);
    } else if (miss->peer < (uint32_t)rule->npeers) {
        struct slow_end other = check->ends[side->dir == W_EGRESS ? q->to : q->from];
        enum truth truth = slow_peer_has(check->world, policy, &rule->peers[miss->peer], other,
                                         q->slow.nfamilies > 0 ? q->slow.families[0] : 4);
        if (misses != (truth == NO))
            check_differs(check, "%s: %s rule %d peer %d %s", q->name, policy->name,
                          (int)miss->rule, (int)miss->peer, misses ? "does not miss" : "misses");
    }
}

static void check_miss(struct check *check, const struct question *q, const struct slow_side *side,
                       const struct pg_miss *miss)
{
    int index = check->policy_of[miss->policy];
    const struct w_policy *policy = &check->world->policies[index];
    check->ncompared++;
    if (miss->rule >= (uint32_t)policy->nrules[side->dir]) {
        check_differs(check, "%s: %s has no rule %d", q->name, policy->name, (int)miss->rule);
        return;
    }
    const struct w_rule *rule = &policy->rules[side->dir][miss->rule];
    check_missing_peer(check, q, side, miss);
    if (q->port < 0 || q->protocol == W_ICMP)
        return;
    enum pg_part_state port =
        rule->nports == 0                                                        ? PG_PART_NONE
        : slow_rule_has_port(check->world, rule, side->to, q->protocol, q->port) ? PG_PART_MATCH
                                                                                 : PG_PART_MISS;
    if (miss->parts[PG_PART_PORT] != port)
        check_differs(check, "%s: %s rule %d: its port is %d, not %d", q->name, policy->name,
                      (int)miss->rule, (int)miss->parts[PG_PART_PORT], (int)port);
}

static int count_misses(const struct pg_why_side *side, uint32_t policy, uint32_t rule)
{
    int n = 0;
    for (uint32_t i = 0; i < side->nmisses; i++)
        n += side->misses[i].policy == policy && side->misses[i].rule == rule;
    return n;
}

/* Each rule of the policies that apply and that surely lets nothing of one port through is told of once;
   no rule that surely lets it through is. */
static void check_all_misses(struct check *check, const struct question *q,
                             const struct slow_side *side, const struct pg_why_side *program)
{
    for (int i = 0; i < side->npolicies; i++) {
        const struct w_policy *policy = &check->world->policies[side->policies[i]];
        for (int r = 0; r < policy->nrules[side->dir] && policy->kind == W_NETWORK; r++) {
            enum truth truth = best_peer(side, side->policies[i], r);
            if (!slow_rule_has_port(check->world, &policy->rules[side->dir][r], side->to,
                                    q->protocol, q->port))
                truth = NO;
            int n = count_misses(program, check->policy_index[side->policies[i]], (uint32_t)r);
            if (truth == MAYBE ? n > 1 : n != (truth == NO))
                check_differs(check, "%s: %s rule %d is told of as a miss %d times", q->name,
                              policy->name, r, n);
        }
    }
}

static void check_misses(struct check *check, const struct question *q, int dir,
                         const struct pg_why_side *side)
{
    const struct slow_side *slow = &q->slow.side[dir];
    if (side->verdict == PG_VERDICT_ALLOWED) {
        if (side->nmisses > 0)
            check_differs(check, "%s: misses of a side that allows", q->name);
        return;
    }
    for (uint32_t i = 0; i < side->nmisses; i++) {
        const struct pg_miss *miss = &side->misses[i];
        check_miss(check, q, slow, miss);
        if (i > 0 && count_missing(miss - 1, PG_PART_NAMESPACE, PG_PART_PORT) >
                         count_missing(miss, PG_PART_NAMESPACE, PG_PART_PORT))
            check_differs(check, "%s: misses are not in order", q->name);
    }
    if (q->port >= 0 && q->protocol != W_ICMP)
        check_all_misses(check, q, slow, side);
}

/* --- one question --- */

static uint64_t within(struct check *check, const struct question *q, pg_ports ports)
{
    if (q->port < 0)
        return check_mask(check, ports);
    return ports == q->ports ? q->mask : 0; /* one port: itself or nothing */
}

static void check_side(struct check *check, const struct question *q, int dir,
                       const struct pg_why_side *side)
{
    const struct slow_side *slow = &q->slow.side[dir];
    const char *name = dir == W_EGRESS ? "egress" : "ingress";
    if (side->present != slow->present) {
        check_differs(check, "%s: %s present %d", q->name, name, side->present);
        return;
    }
    if (!slow->present)
        return;
    struct masks masks = side_masks(check, q, dir);
    int exempt = slow->exempt;
    if (side->verdict != verdict(q->mask, masks) || (int)side->exempt != exempt)
        check_differs(check, "%s: %s is %s, exempt %d; not %s, %d", q->name, name,
                      pg_verdict_name(side->verdict), (int)side->exempt,
                      pg_verdict_name(verdict(q->mask, masks)), exempt);
    if (slow->plain ? side->isolated != slow->isolates : slow->isolates && !side->isolated)
        check_differs(check, "%s: %s isolated %d, not %d", q->name, name, side->isolated,
                      slow->isolates);
    check_masks(check, q->name, name, masks.sure & q->mask, within(check, q, side->sure));
    check_masks(check, q->name, name, masks.possible & q->mask, within(check, q, side->possible));
    if (exempt != SLOW_NOT_EXEMPT) {
        if (side->nreasons > 0)
            check_differs(check, "%s: %s is exempt, and has reasons", q->name, name);
        return;
    }
    bool own_node = false;
    if (slow->maybe_own_node && q->port >= 0 && slow->npolicies > 0) {
        struct slow_side elsewhere = *slow;
        elsewhere.maybe_own_node = false;
        own_node = slow_port(check->world, &elsewhere, q->protocol, q->port) == NO;
    }
    if (q->port >= 0 && slow->plain && side->own_node_unknown != own_node)
        check_differs(check, "%s: %s own_node_unknown is not %d", q->name, name, own_node);
    if (slow->plain) {
        check_reasons(check, q, dir, side);
        check_misses(check, q, dir, side);
    } else {
        check_tier_reasons(check, q, dir, side);
    }
}

static enum pg_verdict slow_verdict(const struct question *q, bool *by_family)
{
    *by_family = false;
    if (q->self)
        return PG_VERDICT_ALLOWED;
    if (q->slow.no_route)
        return PG_VERDICT_NO_ROUTE;
    const struct masks *masks = q->slow.by_family;
    if (q->slow.nfamilies == 2 && (((masks[0].sure ^ masks[1].sure) & q->mask) != 0 ||
                                   ((masks[0].possible ^ masks[1].possible) & q->mask) != 0)) {
        *by_family = true;
        return PG_VERDICT_MIXED;
    }
    return verdict(q->mask, masks[0]);
}

static void check_answer(struct check *check, const struct question *q, const struct pg_why *why)
{
    bool by_family;
    enum pg_verdict wanted = slow_verdict(q, &by_family);
    if (why->verdict != wanted || why->by_family != by_family || why->self != q->self)
        check_differs(check, "%s: %s%s%s, not %s%s%s", q->name, pg_verdict_name(why->verdict),
                      why->by_family ? " by family" : "", why->self ? " self" : "",
                      pg_verdict_name(wanted), by_family ? " by family" : "",
                      q->self ? " self" : "");
    if (why->sentence == NULL || *why->sentence == '\0')
        check_differs(check, "%s: no sentence", q->name);
    for (int f = 0; f < 2 && by_family && why->by_family; f++) {
        if (why->families[f] != verdict(q->mask, q->slow.by_family[f]))
            check_differs(check, "%s: in family %d %s", q->name, 4 + 2 * f,
                          pg_verdict_name(why->families[f]));
    }
    if (wanted == PG_VERDICT_NO_ROUTE)
        return;
    for (int dir = 0; dir < 2; dir++)
        check_side(check, q, dir, &why->sides[dir]);
}

static bool draw_question(struct check *check, struct question *q)
{
    q->from = (int)w_random_below(&check->random, (uint32_t)check->nends);
    q->to = (int)w_random_below(&check->random, (uint32_t)check->nends);
    if (check->ends[q->from].kind != SLOW_POD && check->ends[q->to].kind != SLOW_POD)
        return false;
    uint32_t family = w_random_below(&check->random, 10);
    q->family = family < 6 ? 0 : family < 8 ? 4 : 6;
    q->self = slow_is_self(check->world, check->ends[q->from], check->ends[q->to]) &&
              !check->world->options.self_policy;
    q->protocol = W_DEFAULT;
    q->port = -1;
    q->ports = PG_PORTS_ALL;
    q->mask = check->all;
    if (w_random_chance(&check->random, 85)) {
        int i = (int)w_random_below(&check->random, (uint32_t)check->natoms);
        const struct atom *atom = &check->atoms[i];
        uint32_t span = (uint32_t)(atom->last - atom->first) + 1;
        q->protocol = atom->protocol;
        q->port = atom->first + (int)w_random_below(&check->random, span);
        if (atom->protocol == W_ICMP) /* numbers between are TCP's and the like */
            q->port = atom->first;
        q->mask = UINT64_C(1) << i;
        q->ports = pg_portset_range(pg_eval_portsets(check->eval), (enum pg_protocol)q->protocol,
                                    (uint32_t)q->port, (uint32_t)q->port);
    }
    q->slow = check_slow_cell(check, q->from, q->to, false, q->family);
    return true;
}

void check_whys(struct check *check, int count)
{
    static const char *const protocols[] = {"TCP", "UDP", "SCTP", "ICMP"};
    struct pg_arena *arena = pg_arena_new();
    for (int i = 0; i < count && check->nends > 0; i++) {
        struct question q;
        if (!draw_question(check, &q))
            continue;
        char pair[200];
        check_pair_name(check, q.from, q.to, q.family, pair);
        if (q.port < 0)
            snprintf(q.name, sizeof q.name, "why %s, every port", pair);
        else
            snprintf(q.name, sizeof q.name, "why %s, %d/%s", pair, q.port, protocols[q.protocol]);
        const struct pg_why *why = pg_why_ask(arena, check->eval, &check->program_ends[q.from],
                                              &check->program_ends[q.to], q.ports, q.family);
        check_answer(check, &q, why);
        pg_arena_reset(arena);
    }
    pg_arena_free(arena);
}
