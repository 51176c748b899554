#include "polgrid/why.h"

#include <stdlib.h>

#include "why_internal.h"

const char *pg_verdict_name(enum pg_verdict verdict)
{
    static const char *const names[] = {
        [PG_VERDICT_ALLOWED] = "allowed",       [PG_VERDICT_DENIED] = "denied",
        [PG_VERDICT_UNKNOWN] = "unknown",       [PG_VERDICT_MIXED] = "mixed",
        [PG_VERDICT_NO_BACKEND] = "no-backend", [PG_VERDICT_NO_ROUTE] = "no-route",
    };
    return names[verdict];
}

const char *pg_effect_name(enum pg_effect effect)
{
    static const char *const names[] = {
        [PG_EFFECT_ISOLATE] = "isolate", [PG_EFFECT_ALLOW] = "allow",     [PG_EFFECT_DENY] = "deny",
        [PG_EFFECT_PASS] = "pass",       [PG_EFFECT_UNKNOWN] = "unknown",
    };
    return names[effect];
}

const char *pg_exempt_name(enum pg_exempt exempt)
{
    static const char *const names[] = {
        [PG_EXEMPT_NONE] = "",
        [PG_EXEMPT_HOST_NETWORK] = "host-network",
        [PG_EXEMPT_OWN_NODE] = "own-node",
        [PG_EXEMPT_SELF] = "self",
    };
    return names[exempt];
}

const char *pg_why_keep(struct question *q, struct pg_buf *buf)
{
    const char *text = pg_arena_strndup(q->arena, pg_buf_text(buf), buf->n);
    pg_buf_clear(buf);
    return text;
}

enum pg_verdict pg_why_verdict(struct pg_eval *eval, pg_ports question, pg_ports sure,
                               pg_ports possible)
{
    sure = pg_portset_intersect(eval->sets, sure, question);
    possible = pg_portset_intersect(eval->sets, possible, question);
    if (sure == question)
        return PG_VERDICT_ALLOWED;
    if (possible == PG_PORTS_NONE)
        return PG_VERDICT_DENIED;
    return sure == possible ? PG_VERDICT_MIXED : PG_VERDICT_UNKNOWN;
}

typedef PG_VEC(struct pg_reason) reason_vec;

static struct pg_reason *add_reason(struct question *q, reason_vec *reasons, enum pg_effect effect,
                                    uint32_t policy)
{
    struct pg_reason *reason = pg_vec_add(q->arena, reasons);
    *reason = (struct pg_reason){.effect = effect,
                                 .policy = policy,
                                 .rule = PG_NO_INDEX,
                                 .peer = PG_NO_INDEX,
                                 .port = PG_NO_INDEX,
                                 .loc = q->eval->cluster->policies[policy].loc};
    return reason;
}

/* What is gathered while the policies of a side are walked through. */
struct evidence {
    struct question *q;
    const struct ask *ask;
    reason_vec reasons;
    uint32_t tier_start; /* reasons of the tier at hand begin here */
    bool decided;        /* some rule allows or denies */
    bool allowed; /* the side is: then what only possibly matches has no part in the answer */
};

/* The first peer of a rule that matches as well as the rule does, by its place in the rule. */
static const struct peer *deciding_peer(const struct evidence *e, const struct policy *policy,
                                        const struct rule *rule, enum match wanted)
{
    for (uint32_t i = 0; i < rule->source->npeers; i++)
        if (pg_match_peer(e->q->eval, policy, &rule->peers[i], e->ask) >= wanted)
            return &rule->peers[i];
    return NULL;
}

static uint32_t deciding_port(const struct evidence *e, const struct rule *rule)
{
    struct pg_eval *eval = e->q->eval;
    for (uint32_t i = 0; i < rule->source->nports; i++) {
        pg_ports ports = pg_match_port(eval, &rule->source->ports[i], ask_destination(e->ask));
        if (pg_portset_intersect(eval->sets, ports, e->q->ports) != PG_PORTS_NONE)
            return rule->source->ports[i].index;
    }
    return PG_NO_INDEX;
}

/* The part of a peer that is only possibly true. */
static const struct peer *maybe_part(const struct evidence *e, const struct policy *policy,
                                     const struct peer *peer)
{
    for (uint32_t i = 0; i < peer->source->nparts; i++)
        if (pg_match_peer(e->q->eval, policy, &peer->parts[i], e->ask) == MATCH_MAYBE)
            return maybe_part(e, policy, &peer->parts[i]);
    return peer;
}

/* The path of a peer in its policy, where the loader gave it none. */
static const char *path_of_peer(const struct evidence *e, const struct rule *rule,
                                const struct pg_peer *peer)
{
    if (peer->field != NULL)
        return peer->field;
    bool egress = e->ask->dir == PG_EGRESS;
    return pg_arena_printf(e->q->arena, "spec.%s[%u].%s[%u].ipBlock", egress ? "egress" : "ingress",
                           rule->source->index, egress ? "to" : "from", peer->index);
}

static const char *detail_of_peer(const struct evidence *e, const struct pg_peer *peer)
{
    if (peer->detail != NULL)
        return peer->detail;
    struct question *q = e->q;
    const struct pg_class *other = &q->eval->classes[e->ask->other];
    struct pg_buf text = {0};
    if (!other->addr_known)
        pg_buf_puts(&text, "the address of ");
    pg_end_print(&text, q->eval, other_end(q, e->ask->dir));
    if (!other->addr_known)
        pg_buf_puts(&text, " is not known");
    else if (peer->kind == PG_PEER_IPBLOCK || peer->kind == PG_PEER_NETWORKS)
        pg_buf_puts(&text, " has several addresses, not all in the block");
    else
        pg_buf_puts(&text, " may be meant or not: what decides it was not read");
    const char *kept = pg_why_keep(q, &text);
    pg_buf_free(&text);
    return kept;
}

/* What made a step a maybe. */
static void say_maybe(const struct evidence *e, const struct policy *policy,
                      const struct step *step, struct pg_reason *reason)
{
    const struct rule *rule = step->rule;
    const struct peer *peer = deciding_peer(e, policy, rule, MATCH_MAYBE);
    if (step->matches) {
        reason->detail = "another rule of the same rank, or one before it, may act first";
    } else if (rule->source->maybe_field != NULL) {
        reason->field = rule->source->maybe_field;
        reason->detail = rule->source->maybe_detail;
    } else if (peer != NULL && pg_match_peer(e->q->eval, policy, peer, e->ask) == MATCH_MAYBE) {
        const struct pg_peer *part = maybe_part(e, policy, peer)->source;
        reason->field = path_of_peer(e, rule, part);
        reason->detail = detail_of_peer(e, part);
    } else {
        reason->detail = "NetworkPolicy says nothing about protocols without ports";
    }
}

static enum pg_effect effect_of(enum pg_action action)
{
    static const enum pg_effect effects[] = {
        [PG_ACTION_ALLOW] = PG_EFFECT_ALLOW,
        [PG_ACTION_DENY] = PG_EFFECT_DENY,
        [PG_ACTION_PASS] = PG_EFFECT_PASS,
    };
    return effects[action];
}

/* Each rule that does something to the question is a reason (semantics 0.5). */
static void see_step(void *context, const struct entry *entry, const struct step *step)
{
    struct evidence *e = context;
    struct pg_eval *eval = e->q->eval;
    const struct policy *policy = &eval->policies[entry->policy];
    const struct rule *rule = step->rule;
    bool surely = step->sure != PG_PORTS_NONE;
    bool named = step->matches || eval->tiers[entry->tier].by_action;
    if ((e->allowed && !step->matches) || pg_cell_doubtful(eval, policy, e->ask->self))
        return; /* in doubt as a whole: one reason tells of it */
    /* Of protocols without ports a NetworkPolicy says nothing: then it only isolates (semantics 7.14). */
    if (policy->source->kind == PG_POLICY_NETWORK &&
        pg_portset_intersect(eval->sets, step->possible, PG_PORTS_ALL) == PG_PORTS_NONE)
        return;
    struct pg_reason *reason =
        add_reason(e->q, &e->reasons, named ? effect_of(rule->source->action) : PG_EFFECT_UNKNOWN,
                   entry->policy);
    const struct peer *peer =
        deciding_peer(e, policy, rule, step->match == MATCH_YES ? MATCH_YES : MATCH_MAYBE);
    reason->rule = rule->source->index;
    reason->position = step->position;
    reason->list = rule->source->list;
    reason->peer = peer != NULL ? peer->source->index : PG_NO_INDEX;
    reason->port = deciding_port(e, rule);
    reason->ports = surely ? step->sure : step->possible;
    reason->loc = rule->source->loc;
    if (!surely && !e->allowed)
        say_maybe(e, policy, step, reason);
    e->decided |= rule->source->action != PG_ACTION_PASS;
}

static bool has_reason(const struct evidence *e, uint32_t policy)
{
    for (uint32_t i = e->tier_start; i < e->reasons.n; i++)
        if (e->reasons.v[i].policy == policy && e->reasons.v[i].effect != PG_EFFECT_UNKNOWN)
            return true;
    return false;
}

/* Whether all that is told of a policy is that it is in doubt. */
static bool is_one_reason(const struct pg_eval *eval, uint32_t policy, uint32_t class)
{
    return pg_cell_unevaluated(eval, &eval->policies[policy], class) ||
           pg_cell_doubtful(eval, &eval->policies[policy], class);
}

/* The policies that isolate, put before the rules of their tier: every one of them where something is
   left that no rule decided, else those that have no part in deciding. None of them where all was decided
   before the tier was asked. */
static void see_tier_end(void *context, uint32_t tier, const struct walk *walk)
{
    struct evidence *e = context;
    struct pg_eval *eval = e->q->eval;
    const struct class_data *data = &eval->data[e->ask->self];
    reason_vec rules = {0};
    for (uint32_t i = e->tier_start; i < e->reasons.n; i++)
        pg_vec_push(e->q->arena, &rules, e->reasons.v[i]);
    reason_vec isolating = {0};
    for (uint32_t i = 0; i < data->nentries[e->ask->dir]; i++) {
        const struct entry *entry = &eval->entries[data->entries[e->ask->dir][i]];
        const struct pg_policy *source = eval->policies[entry->policy].source;
        if (entry->tier != tier || !eval->tiers[tier].denies || walk->reached == PG_PORTS_NONE ||
            entry->part == PART_DENIES || !policy_isolates(source, (int)e->ask->dir) ||
            (e->ask->no_network && source->kind == PG_POLICY_NETWORK) ||
            is_one_reason(eval, entry->policy, e->ask->self))
            continue;
        /* Calico's policies are asked in order: one that was not reached has no part in it. Nor has one that
           isolates where a deny of Cilium's decides. */
        bool beside =
            eval->engine == PG_ENGINE_K8S || (eval->engine == PG_ENGINE_CILIUM && e->allowed);
        if (walk->left_possible != PG_PORTS_NONE || (beside && !has_reason(e, entry->policy)))
            add_reason(e->q, &isolating, PG_EFFECT_ISOLATE, entry->policy);
    }
    e->reasons.n = e->tier_start;
    for (uint32_t i = 0; i < isolating.n; i++)
        pg_vec_push(e->q->arena, &e->reasons, isolating.v[i]);
    for (uint32_t i = 0; i < rules.n; i++)
        pg_vec_push(e->q->arena, &e->reasons, rules.v[i]);
    e->tier_start = e->reasons.n;
}

static void reason_unevaluated(struct question *q, const struct ask *ask, uint32_t index,
                               reason_vec *reasons)
{
    const struct pg_policy *source = &q->eval->cluster->policies[index];
    struct pg_buf text = {0};
    struct pg_reason *reason = add_reason(q, reasons, PG_EFFECT_UNKNOWN, index);
    reason->field = "kind";
    reason->ports = q->ports;
    bool pods = q->eval->classes[ask->self].kind == PG_CLASS_PODS;
    if (!q->eval->policies[index].unevaluated && pods) { /* whether it selects them is in doubt */
        reason->field = source->maybe_field;
        reason->detail = source->maybe_detail;
        return;
    }
    pg_buf_printf(&text, "%s of %s ", pg_cluster_text(q->eval->cluster, source->kind_name),
                  pg_cluster_text(q->eval->cluster, source->group));
    if (q->eval->policies[index].unevaluated)
        pg_buf_puts(&text, pg_eval_why_not(q->eval, index));
    else
        pg_buf_puts(&text, "protects a host endpoint, which is not evaluated");
    reason->detail = pg_why_keep(q, &text);
    pg_buf_free(&text);
}

static void drop_unknown(reason_vec *reasons)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < reasons->n; i++)
        if (reasons->v[i].effect != PG_EFFECT_UNKNOWN)
            reasons->v[kept++] = reasons->v[i];
    reasons->n = kept;
}

/* The evidence of a side (semantics 0.5). */
static void reasons_of_side(struct question *q, const struct ask *ask, struct pg_why_side *side)
{
    struct evidence e = {.q = q, .ask = ask, .allowed = side->verdict == PG_VERDICT_ALLOWED};
    struct walk walk;
    struct watcher watcher = {see_step, see_tier_end, &e, q->ports};
    pg_cell_walk(q->eval, ask, &walk, &watcher);
    for (uint32_t i = 0; i < side->npolicies; i++)
        if (is_one_reason(q->eval, side->policies[i], ask->self))
            reason_unevaluated(q, ask, side->policies[i], &e.reasons);
    if (side->verdict == PG_VERDICT_ALLOWED)
        drop_unknown(&e.reasons);
    side->reasons = e.reasons.v;
    side->nreasons = e.reasons.n;
    side->isolated |= e.decided;
    if (q->eval->engine == PG_ENGINE_CALICO && side->npolicies > 0)
        side->isolated = true; /* what the tiers leave is left to the namespace's profile (14.18) */
}

/* What the answer for every port says of a side, but for what only rules about other ports decide: of those
   that decide this question see_step() tells. */
static bool is_isolated(const struct question *q, const struct ask *ask,
                        const struct pg_side *answer)
{
    const struct pg_class *self = &q->eval->classes[ask->self];
    return self->kind == PG_CLASS_PODS ? self->isolated[ask->dir] : answer->isolated;
}

static struct pg_why_side why_side(struct question *q, enum pg_dir dir, int family)
{
    bool egress = dir == PG_EGRESS;
    struct ask ask = {.self = egress ? q->from_class : q->to_class,
                      .other = egress ? q->to_class : q->from_class,
                      .dir = dir,
                      .near = q->near,
                      .family = family,
                      .ignore_blocks = q->eval->assume.ipblock_pods_ignore,
                      .no_network = q->hairpin};
    struct pg_side answer = pg_cell_side(q->eval, &ask);
    if (q->self && answer.exempt == PG_EXEMPT_NONE && answer.present) { /* semantics 8.1 */
        answer.exempt = PG_EXEMPT_SELF;
        answer.sure = answer.possible = PG_PORTS_EVERY;
    }
    struct pg_why_side side = {
        .present = answer.present,
        .isolated = is_isolated(q, &ask, &answer),
        .exempt = answer.exempt,
        .sure = pg_portset_intersect(q->eval->sets, answer.sure, q->ports),
        .possible = pg_portset_intersect(q->eval->sets, answer.possible, q->ports),
        .verdict = pg_why_verdict(q->eval, q->ports, answer.sure, answer.possible)};
    if (!answer.present)
        return side;
    side.policies = pg_eval_policies(q->eval, ask.self, dir, &side.npolicies);
    if (answer.exempt != PG_EXEMPT_NONE)
        return side;
    reasons_of_side(q, &ask, &side);
    if (q->hairpin && side.nreasons == 0)
        side.exempt = PG_EXEMPT_SELF; /* semantics 8.2: only admin tiers could have had a say */
    if (side.verdict == PG_VERDICT_ALLOWED)
        return side;
    pg_miss_find(q, &ask, &side);
    ask.near = PG_NEAR_OTHER;
    answer = pg_cell_side(q->eval, &ask);
    side.own_node_unknown =
        side.verdict == PG_VERDICT_UNKNOWN &&
        pg_why_verdict(q->eval, q->ports, answer.sure, answer.possible) != PG_VERDICT_UNKNOWN;
    return side;
}

static void combine(struct question *q, struct pg_why *why)
{
    why->sure = pg_portset_intersect(q->eval->sets, why->sides[0].sure, why->sides[1].sure);
    why->possible =
        pg_portset_intersect(q->eval->sets, why->sides[0].possible, why->sides[1].possible);
    why->verdict = pg_why_verdict(q->eval, q->ports, why->sure, why->possible);
}

/* Where an address may be inside the cluster after all, other peers of the rules may match it, and it may have
   policies of its own. What no rule lets out stays inside, whoever the other is. */
static void doubt_end(struct question *q, struct pg_why *why)
{
    const struct pg_why_side *out = &why->sides[PG_EGRESS];
    bool closed = out->present && out->verdict == PG_VERDICT_DENIED && out->nmisses == 0 &&
                  !q->eval->assume.egress_own_node_allow;
    if ((!q->from->maybe_inside && !q->to->maybe_inside) || closed)
        return;
    why->end_unread = true;
    why->sure = PG_PORTS_NONE;
    why->possible = q->ports;
    why->verdict = PG_VERDICT_UNKNOWN;
}

/* Asks for the second family too, and notes where it answers differently (semantics 5.13). */
static void ask_second_family(struct question *q, struct pg_why *why, const int families[2])
{
    struct pg_why second = *why;
    for (int dir = 0; dir < 2; dir++)
        second.sides[dir] = why_side(q, (enum pg_dir)dir, families[1]);
    combine(q, &second);
    if (second.sure == why->sure && second.possible == why->possible)
        return;
    why->by_family = true;
    why->families[0] = why->verdict;
    why->families[1] = second.verdict;
    why->verdict = PG_VERDICT_MIXED;
    why->sure = pg_portset_intersect(q->eval->sets, why->sure, second.sure);
    why->possible = pg_portset_union(q->eval->sets, why->possible, second.possible);
}

const struct pg_why *pg_why_question(struct pg_arena *arena, struct pg_eval *eval,
                                     const struct pg_end *from, const struct pg_end *to,
                                     pg_ports question, const struct ask_options *options)
{
    struct pg_why *why = pg_arena_alloc(arena, sizeof *why);
    why->from = *from;
    why->to = *to;
    why->question = question;
    why->service = PG_NONE;
    why->family = options->family != 0 ? options->family : eval->assume.family;
    struct question q = {.arena = arena,
                         .eval = eval,
                         .from = &why->from,
                         .to = &why->to,
                         .from_class = pg_eval_class_of(eval, from),
                         .to_class = pg_eval_class_of(eval, to),
                         .near = pg_eval_near(eval, from, to),
                         .hairpin = options->hairpin,
                         .ports = question};
    int families[2];
    int n = pg_cell_families(eval, q.from_class, q.to_class, why->family, families);
    q.self =
        !options->through_service && pg_eval_is_self(eval, from, to) && !eval->assume.self_policy;
    why->self = q.self;
    if (n == 0 && !q.self) {
        why->verdict = PG_VERDICT_NO_ROUTE;
        why->sentence = pg_say_sentence(&q, why);
        return why;
    }
    for (int dir = 0; dir < 2; dir++)
        why->sides[dir] = why_side(&q, (enum pg_dir)dir, n > 0 ? families[0] : 4);
    combine(&q, why);
    if (n == 2)
        ask_second_family(&q, why, families);
    doubt_end(&q, why);
    why->sentence = pg_say_sentence(&q, why);
    pg_say_notes(&q, why);
    return why;
}

const struct pg_why *pg_why_ask(struct pg_arena *arena, struct pg_eval *eval,
                                const struct pg_end *from, const struct pg_end *to,
                                pg_ports question, int family)
{
    return pg_why_question(arena, eval, from, to, question, &(struct ask_options){.family = family});
}
