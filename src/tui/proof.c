#include "app.h"

#include <inttypes.h>
#include <string.h>

/* --- which flow is explained ----------------------------------------------------------------------- */

static bool some(struct pg_portsets *sets, pg_ports set, pg_ports of)
{
    return pg_portset_intersect(sets, set, of) != PG_PORTS_NONE;
}

static enum pg_half half_of(struct pg_eval *eval, const struct pg_flow *flow, pg_ports ports)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    const struct pg_side *out = &flow->cell.sides[PG_EGRESS], *in = &flow->cell.sides[PG_INGRESS];
    if (flow->cell.no_route || some(sets, flow->cell.possible, ports) || !out->isolated ||
        !in->isolated)
        return PG_HALF_NONE;
    bool leaves = some(sets, out->sure, ports), enters = some(sets, in->sure, ports);
    if (leaves && enters)
        return PG_HALF_PORTS;
    if (leaves && !some(sets, in->possible, ports))
        return PG_HALF_LEAVES;
    if (enters && !some(sets, out->possible, ports))
        return PG_HALF_ENTERS;
    return PG_HALF_NONE;
}

static bool denied(struct pg_eval *eval, const struct pg_flow *flow, pg_ports ports)
{
    return !some(pg_eval_portsets(eval), flow->cell.possible, ports);
}

/* Whether a rule is about somebody: one that lets everyone through on every port, or a whole block of addresses, was
   not written for this flow, and half of it is no mistake. */
static bool rule_is_meant(const struct pg_rule *rule, uint32_t peer)
{
    if (!rule->any_port)
        return true;
    for (uint32_t i = 0; i < rule->npeers; i++) {
        const struct pg_peer *it = &rule->peers[i];
        if (it->index != peer || it->kind != PG_PEER_SELECTOR)
            continue;
        if (it->pod_selector.nreqs || it->pod_selector.expr || it->namespace_selector.nreqs ||
            it->namespace_selector.expr)
            return true;
    }
    return false;
}

static bool side_is_meant(const struct pg_cluster *cluster, const struct pg_why_side *side,
                          enum pg_dir dir)
{
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        const struct pg_policy *policy = &cluster->policies[reason->policy];
        if (reason->effect == PG_EFFECT_ALLOW && reason->rule != PG_NO_INDEX &&
            reason->position < policy->nrules[dir] &&
            rule_is_meant(&policy->rules[dir][reason->position], reason->peer))
            return true;
    }
    return false;
}

static const struct pg_why *ask_flow(struct pg_arena *arena, struct pg_eval *eval,
                                     const struct pg_flow *flow, pg_ports ports)
{
    struct pg_end ends[2] = {flow->from, flow->to};
    for (int i = 0; i < 2; i++)
        if (ends[i].kind == PG_END_ADDR) /* any of its group will do */
            ends[i].addr = pg_grid_example(eval, pg_eval_class_of_addr(eval, ends[i].addr));
    return pg_why_ask(arena, eval, &ends[0], &ends[1], ports, pg_eval_assume(eval)->family);
}

/* The half-open case, unless the half that is there was not meant for it. */
static enum pg_half meant_half(struct pg_eval *eval, const struct pg_flow *flow, pg_ports ports,
                               const struct pg_why *why)
{
    enum pg_half half = half_of(eval, flow, ports);
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    if (half == PG_HALF_LEAVES && !side_is_meant(cluster, &why->sides[PG_EGRESS], PG_EGRESS))
        return PG_HALF_NONE;
    if (half == PG_HALF_ENTERS && !side_is_meant(cluster, &why->sides[PG_INGRESS], PG_INGRESS))
        return PG_HALF_NONE;
    return half;
}

static bool unknown(struct pg_eval *eval, const struct pg_flow *flow, pg_ports ports)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    return !some(sets, flow->cell.sure, ports) && some(sets, flow->cell.possible, ports);
}

/* What is unknown comes first: the cell shows `?` for it. Half open is a mistake somebody wants to hear of; else
   what is denied needs a reason most. */
static uint32_t choose_flow(struct pg_eval *eval, const struct pg_detail *detail, pg_ports ports,
                            uint32_t *nhalf)
{
    struct pg_arena *scratch = pg_arena_new();
    uint32_t best = 0, rank = 0;
    *nhalf = 0;
    for (uint32_t i = 0; i < detail->nflows; i++) {
        const struct pg_flow *flow = &detail->flows[i];
        enum pg_half half = half_of(eval, flow, ports);
        if (half != PG_HALF_NONE)
            half = meant_half(eval, flow, ports, ask_flow(scratch, eval, flow, ports));
        bool whole = half == PG_HALF_LEAVES || half == PG_HALF_ENTERS;
        uint32_t it = unknown(eval, flow, ports) ? 4
                      : whole                    ? 3
                      : half == PG_HALF_PORTS    ? 2
                                                 : denied(eval, flow, ports);
        *nhalf += half != PG_HALF_NONE;
        if (it > rank) {
            best = i;
            rank = it;
        }
        pg_arena_reset(scratch);
    }
    pg_arena_free(scratch);
    return best;
}

/* --- half-open flows of a cell that is not under the cursor ----------------------------------------- */

/* Pairs of classes that are worth a look for a mark in the margin; cells remembered. */
#define HALF_PAIRS 4096u
#define HALF_CELLS 1000000u

/* One pair of different ends of two shares; false where there is none. */
static bool some_pair(const struct pg_eval *eval, const struct pg_item *items[2],
                      const struct pg_share *const shares[2], struct pg_flow *flow)
{
    struct pg_end *const ends[2] = {&flow->from, &flow->to};
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        const struct pg_class *class = pg_eval_class(eval, shares[axis]->class);
        if (items[axis]->kind == PG_ITEM_OUTSIDE)
            *ends[axis] = (struct pg_end){.kind = PG_END_ADDR,
                                          .addr = class->addr[class->addr[0].family == 0]};
        else
            *ends[axis] = (struct pg_end){.kind = PG_END_POD, .index = shares[axis]->pods[0]};
    }
    if (flow->from.kind != PG_END_POD || flow->to.kind != PG_END_POD ||
        !pg_eval_is_self(eval, &flow->from, &flow->to))
        return true;
    if (shares[PG_TO]->npods > 1)
        flow->to.index = shares[PG_TO]->pods[1];
    else if (shares[PG_FROM]->npods > 1)
        flow->from.index = shares[PG_FROM]->pods[1];
    else
        return false;
    return true;
}

static bool pair_is_half(struct pg_grid *grid, const struct pg_item *items[2],
                         const struct pg_share *from, const struct pg_share *to,
                         struct pg_arena *scratch)
{
    struct pg_eval *eval = pg_grid_eval(grid);
    const struct pg_share *const shares[2] = {from, to};
    pg_ports ports = pg_grid_ports(grid);
    struct pg_flow flow = {.cell = pg_eval_cell(eval, from->class, to->class, PG_NEAR_OTHER,
                                                pg_eval_assume(eval)->family)};
    enum pg_half half = half_of(eval, &flow, ports);
    if (half == PG_HALF_NONE || !some_pair(eval, items, shares, &flow))
        return false;
    half = meant_half(eval, &flow, ports, ask_flow(scratch, eval, &flow, ports));
    pg_arena_reset(scratch);
    return half != PG_HALF_NONE;
}

static bool search_half(struct pg_grid *grid, uint32_t row, uint32_t column)
{
    const struct pg_item *items[2] = {pg_grid_row(grid, row), pg_grid_column(grid, column)};
    const struct pg_item *from = items[PG_FROM], *to = items[PG_TO];
    const struct pg_count *count = pg_grid_cell(grid, row, column);
    if (count->denied_egress + count->denied_ingress + count->denied_both == 0 ||
        (uint64_t)from->nshares * to->nshares > HALF_PAIRS)
        return false;
    struct pg_arena *scratch = pg_arena_new();
    bool found = false;
    for (uint32_t i = 0; i < from->nshares && !found; i++) {
        for (uint32_t k = 0; k < to->nshares && !found; k++)
            found = pair_is_half(grid, items, &from->shares[i], &to->shares[k], scratch);
    }
    pg_arena_free(scratch);
    return found;
}

bool pg_proof_half(struct pg_gridview *view, uint32_t row, uint32_t column, bool *known)
{
    uint64_t key = PG_MAP_PAIR(row, column);
    const uint32_t *seen = pg_map_get(&view->half, key);
    if (known)
        *known = seen != NULL;
    if (seen || known)
        return seen && *seen;
    if (view->half.n >= HALF_CELLS) {
        pg_map_free(&view->half);
        view->half = (struct pg_map){0};
    }
    bool half = search_half(view->grid, row, column);
    pg_map_put(&view->half, key, half);
    return half;
}

/* --- the proof ------------------------------------------------------------------------------------- */

static void ask(struct pg_proof *proof, struct pg_eval *eval, uint32_t flow)
{
    pg_ports ports = pg_grid_ports(proof->grid);
    proof->flow_index = flow;
    proof->flow = &proof->detail->flows[flow];
    proof->why = ask_flow(proof->arena, eval, proof->flow, ports);
    proof->half = meant_half(eval, proof->flow, ports, proof->why);
}

void pg_proof_drop(struct pg_tui *app)
{
    struct pg_arena *arena = app->proof.arena;
    pg_arena_reset(arena);
    app->proof = (struct pg_proof){.arena = arena};
    app->panel_top = 0;
    app->panel.n = 0;
}

const struct pg_proof *pg_proof_get(struct pg_tui *app, struct pg_gridview *view)
{
    struct pg_proof *proof = &app->proof;
    if (!view || !pg_gridview_has_cell(view))
        return NULL;
    uint32_t row = view->order[PG_FROM][view->at[PG_FROM]];
    uint32_t column = view->order[PG_TO][view->at[PG_TO]];
    if (proof->grid == view->grid && proof->row == row && proof->column == column)
        return proof;
    pg_proof_drop(app);
    proof->grid = view->grid;
    proof->row = row;
    proof->column = column;
    proof->items[PG_FROM] = pg_gridview_item(view, PG_FROM, row);
    proof->items[PG_TO] = pg_gridview_item(view, PG_TO, column);
    proof->detail = pg_grid_detail(proof->arena, view->grid, row, column);
    proof->single = proof->detail->nflows == 1 && proof->detail->nflows_left == 0;
    if (proof->detail->nflows > 0) {
        struct pg_eval *eval = pg_grid_eval(view->grid);
        ask(proof, eval, choose_flow(eval, proof->detail, pg_grid_ports(view->grid), &proof->nhalf));
    }
    return proof;
}

void pg_proof_choose(struct pg_tui *app, struct pg_gridview *view, uint32_t flow)
{
    const struct pg_proof *proof = pg_proof_get(app, view);
    if (!proof || flow >= proof->detail->nflows || flow == proof->flow_index)
        return;
    ask(&app->proof, pg_grid_eval(view->grid), flow);
    app->panel.n = 0;
}

/* --- in words -------------------------------------------------------------------------------------- */

struct pg_loc pg_proof_loc(const struct pg_why *why, const struct pg_cluster *cluster)
{
    const struct pg_why_side *out = &why->sides[PG_EGRESS], *in = &why->sides[PG_INGRESS];
    const struct pg_why_side *side = in;
    if (out->present && (out->verdict == PG_VERDICT_DENIED || out->verdict == PG_VERDICT_UNKNOWN) &&
        !(in->present && in->verdict == PG_VERDICT_DENIED && out->verdict == PG_VERDICT_UNKNOWN))
        side = out;
    else if (!in->present || in->nreasons == 0)
        side = out;
    for (uint32_t i = 0; i < side->nreasons; i++) {
        enum pg_effect effect = side->reasons[i].effect;
        bool denies = side->sure == PG_PORTS_NONE && effect == PG_EFFECT_DENY;
        if (effect == PG_EFFECT_ALLOW || effect == PG_EFFECT_UNKNOWN || denies)
            return side->reasons[i].loc;
    }
    if (side->nmisses > 0) {
        const struct pg_miss *miss = &side->misses[0];
        enum pg_dir dir = side == out ? PG_EGRESS : PG_INGRESS;
        return cluster->policies[miss->policy].rules[dir][miss->position].loc;
    }
    return side->nreasons ? side->reasons[0].loc : PG_NO_LOC;
}

void pg_proof_sentence(struct pg_buf *out, const struct pg_proof *proof)
{
    const struct pg_count *count = proof->detail->count;
    if (!proof->single || !proof->why) {
        pg_buf_printf(out, "%s -> %s: ", proof->items[PG_FROM]->full, proof->items[PG_TO]->full);
        if (count->pairs == 0) {
            pg_buf_puts(out, "no two pods to ask about");
        } else {
            pg_words_count(out, count->allowed);
            pg_buf_puts(out, " of ");
            pg_words_plural(out, count->pairs, "pair", "pairs");
            pg_buf_puts(out, " allowed (");
            pg_words_percent(out, count->allowed, count->pairs);
            pg_buf_puts(out, proof->why ? "); " : ")");
        }
    }
    if (proof->why)
        pg_words_sentence(out, pg_grid_eval(proof->grid), proof->why);
}

/* "default-deny-all (zt.yaml:2), quarantine (q.yaml:7)": the policies of reasons with one effect. False where there
   is none. */
static bool list_reasons(struct pg_buf *out, const struct pg_cluster *cluster, enum pg_dir dir,
                         const struct pg_why_side *side, enum pg_effect effect, int columns)
{
    uint32_t shown = 0, left = 0;
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        if (reason->effect != effect)
            continue;
        if (shown == 3) {
            left++;
            continue;
        }
        const struct pg_policy *policy = &cluster->policies[reason->policy];
        pg_buf_printf(out, "%s%s", shown++ ? ", " : "", pg_words_policy(cluster, reason->policy));
        if (reason->rule != PG_NO_INDEX && reason->position < policy->nrules[dir]) {
            pg_buf_putc(out, ' ');
            pg_words_rule(out, cluster, reason->policy, dir, &policy->rules[dir][reason->position]);
        }
        if (reason->loc.line) {
            pg_buf_puts(out, " (");
            pg_words_loc(out, cluster, reason->loc, columns);
            pg_buf_putc(out, ')');
        }
    }
    if (left)
        pg_buf_printf(out, " and %" PRIu32 " more", left);
    return shown > 0;
}

static void say_exempt(struct pg_buf *out, enum pg_exempt exempt, const char *name, bool egress)
{
    if (exempt == PG_EXEMPT_SELF)
        pg_buf_puts(out, "a pod always reaches itself");
    else if (exempt == PG_EXEMPT_HOST_NETWORK)
        pg_buf_printf(out, "%s is on the host network: policies do not reach it", name);
    else
        pg_buf_printf(out, "%s: %s", name,
                      egress ? "its own node is always reachable" : "its own node is always let in");
}

static void say_unknown(struct pg_buf *out, const struct pg_cluster *cluster,
                        const struct pg_why_side *side, const char *name, bool egress, int columns)
{
    pg_buf_printf(out, "whether %s %s is unknown", name, egress ? "may leave" : "lets it in");
    if (side->own_node_unknown)
        pg_buf_puts(out,
                    ": only traffic from its own node is let in, and the placement is not known");
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        if (reason->effect != PG_EFFECT_UNKNOWN)
            continue;
        pg_buf_printf(out, ": %s", reason->detail ? reason->detail : "not evaluated");
        if (!cluster->policies[reason->policy].unread)
            pg_buf_printf(out, " in %s", pg_words_policy(cluster, reason->policy));
        if (reason->loc.line) {
            pg_buf_puts(out, " (");
            pg_words_loc(out, cluster, reason->loc, columns);
            pg_buf_putc(out, ')');
        }
        return;
    }
}

/* What is selected by policies. A rule denies only where there are rules that deny; else it is that nothing
   allows. */
static void say_selected(struct pg_buf *out, struct pg_eval *eval, const struct pg_why *why,
                         enum pg_dir dir, const char *name, int columns)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    const struct pg_why_side *side = &why->sides[dir];
    bool egress = dir == PG_EGRESS;
    struct pg_buf list = {0};
    if (side->sure != PG_PORTS_NONE) {
        pg_buf_printf(out, egress ? "%s may leave on " : "%s lets it in on ", name);
        pg_portset_print(out, pg_eval_portsets(eval), side->sure);
        pg_buf_puts(out, ": ");
        if (!list_reasons(out, cluster, dir, side, PG_EFFECT_ALLOW, columns))
            pg_buf_puts(out, "no rule decides");
        if (side->possible != side->sure)
            pg_buf_puts(out, ", and perhaps on more ports");
    } else if (list_reasons(&list, cluster, dir, side, PG_EFFECT_DENY, columns)) {
        pg_buf_printf(
            out, egress ? "%s may not leave: denied by %s" : "%s does not let it in: denied by %s",
            name, pg_buf_text(&list));
    } else {
        pg_buf_printf(out,
                      egress ? "nothing lets %s out: isolated by "
                             : "nothing lets it in at %s: isolated by ",
                      name);
        list_reasons(out, cluster, dir, side, PG_EFFECT_ISOLATE, columns);
    }
    pg_buf_free(&list);
}

void pg_proof_side(struct pg_buf *out, struct pg_eval *eval, const struct pg_why *why,
                   enum pg_dir dir, bool workload, int columns)
{
    const struct pg_why_side *side = &why->sides[dir];
    bool egress = dir == PG_EGRESS;
    struct pg_buf name = {0};
    pg_words_end(&name, eval, egress ? &why->from : &why->to, workload);
    const char *text = pg_buf_text(&name);
    if (!side->present)
        pg_buf_printf(out, "%s is no pod: no policy %s it", text,
                      egress ? "restricts what leaves" : "guards");
    else if (side->exempt != PG_EXEMPT_NONE)
        say_exempt(out, side->exempt, text, egress);
    else if (!side->isolated && side->verdict == PG_VERDICT_ALLOWED)
        pg_buf_printf(out, "no policy restricts %s %s", egress ? "egress from" : "ingress to", text);
    else if (side->sure == PG_PORTS_NONE && side->possible != PG_PORTS_NONE)
        say_unknown(out, pg_eval_cluster(eval), side, text, egress, columns);
    else
        say_selected(out, eval, why, dir, text, columns);
    pg_buf_free(&name);
}
