/*
 * The reason of one flow, side by side and rule by rule: as the panel of a cell whose pairs are all alike, and
 * as a page of its own.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>

#include "polgrid/report.h"

/* Rules that miss, shown in the panel; the page shows all. */
#define MISSES_PANEL 3

struct block {
    struct pg_lines *lines;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    const struct pg_why *why;
    const struct pg_why_side *side;
    enum pg_dir dir;
    bool full;
};

/* --- small pieces ---------------------------------------------------------------------------------- */

static void put_ports(struct pg_lines *lines, enum pg_role role, struct pg_eval *eval, pg_ports set)
{
    struct pg_buf out = {0};
    pg_portset_print(&out, pg_eval_portsets(eval), set);
    pg_lines_add(lines, role, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void add_ports(struct pg_buf *out, struct pg_eval *eval, pg_ports set)
{
    pg_portset_print(out, pg_eval_portsets(eval), set);
}

/* The place: at the right of the page where it fits, else on a line of its own. */
static void put_loc(struct block *block, struct pg_loc loc)
{
    struct pg_buf out = {0};
    int width = block->lines->width;
    pg_lines_loc(block->lines, loc);
    pg_words_loc(&out, block->cluster, loc, block->full ? 40 : width - 6);
    if (block->full && pg_lines_used(block->lines) + 2 + (int)out.n < width) {
        pg_lines_note(block->lines, PG_ROLE_DIM, pg_buf_text(&out));
    } else if (out.n) {
        pg_lines_open(block->lines);
        pg_lines_loc(block->lines, loc);
        pg_lines_addf(block->lines, PG_ROLE_DIM, "      %s", pg_buf_text(&out));
    }
    pg_buf_free(&out);
}

static void put_policy(struct block *block, const char *mark, enum pg_role role, uint32_t policy)
{
    struct pg_buf name = {0};
    pg_lines_open(block->lines);
    pg_lines_addf(block->lines, role, "  %s ", mark);
    if (block->full)
        pg_policy_print(&name, block->cluster, policy);
    else
        pg_buf_puts(&name, pg_words_policy(block->cluster, policy));
    pg_lines_add(block->lines, PG_ROLE_TEXT, pg_buf_text(&name));
    pg_buf_free(&name);
}

static const struct pg_rule *rule_of(const struct block *block, uint32_t policy, uint32_t position)
{
    const struct pg_policy *it = &block->cluster->policies[policy];
    return position < it->nrules[block->dir] ? &it->rules[block->dir][position] : NULL;
}

/* The number of the rule and what it does, which must not be cut: below a long name where it has no room. */
static void put_rule(struct block *block, uint32_t policy, uint32_t position, enum pg_role role,
                     const char *word)
{
    struct pg_lines *lines = block->lines;
    const struct pg_rule *rule = rule_of(block, policy, position);
    struct pg_buf out = {0};
    if (rule) {
        pg_buf_puts(&out, "  ");
        pg_words_rule(&out, block->cluster, policy, block->dir, rule);
    }
    int width = pg_frame_text_width(pg_buf_text(&out)) + pg_frame_text_width(word);
    if (pg_lines_used(lines) + width > lines->width) {
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_TEXT, "    ");
    }
    pg_lines_add(lines, PG_ROLE_TEXT, pg_buf_text(&out));
    pg_lines_add(lines, role, word);
    pg_buf_free(&out);
}

/* --- the lines of one side ------------------------------------------------------------------------- */

/* A rule that allows, denies or passes on. */
static void put_decision(struct block *block, const struct pg_reason *reason)
{
    static const char *const marks[] = {"", "+", "-", ">", ""};
    static const char *const words[] = {"", "  ALLOW", "  DENY", "  PASS", ""};
    static const enum pg_role roles[] = {PG_ROLE_TEXT, PG_ROLE_ALL, PG_ROLE_WARN, PG_ROLE_TEXT,
                                         PG_ROLE_TEXT};
    enum pg_role role = roles[reason->effect];
    put_policy(block, marks[reason->effect], role, reason->policy);
    if (reason->rule == PG_NO_INDEX) {
        pg_lines_add(block->lines, role, words[reason->effect]);
        put_loc(block, reason->loc);
        return;
    }
    put_rule(block, reason->policy, reason->position, role, words[reason->effect]);
    const struct pg_rule *rule = rule_of(block, reason->policy, reason->position);
    struct pg_buf out = {0};
    pg_buf_puts(&out, block->dir == PG_EGRESS ? "to " : "from ");
    if (rule)
        pg_words_peer(&out, block->cluster, rule, reason->peer);
    pg_buf_puts(&out, " on ");
    if (reason->effect == PG_EFFECT_ALLOW)
        pg_portset_print(&out, pg_eval_portsets(block->eval), reason->ports);
    else if (rule)
        pg_words_rule_ports(&out, block->cluster, rule);
    if (block->full)
        put_loc(block, reason->loc);
    pg_lines_wrap(block->lines, 6, 8, PG_ROLE_TEXT, reason->loc, pg_buf_text(&out));
    if (!block->full)
        put_loc(block, reason->loc);
    pg_buf_free(&out);
}

static void put_unknown(struct block *block, const struct pg_reason *reason)
{
    put_policy(block, "?", PG_ROLE_UNKNOWN, reason->policy);
    put_rule(block, reason->policy, reason->rule != PG_NO_INDEX ? reason->position : PG_NO_INDEX,
             PG_ROLE_UNKNOWN, "  UNKNOWN");
    if (block->full)
        put_loc(block, reason->loc);
    struct pg_buf out = {0};
    if (reason->detail)
        pg_buf_puts(&out, reason->detail);
    if (reason->field && !block->cluster->policies[reason->policy].unread)
        pg_buf_printf(&out, "%s%s", out.n ? ": " : "", reason->field);
    if (out.n)
        pg_lines_wrap(block->lines, 6, 8, PG_ROLE_TEXT, reason->loc, pg_buf_text(&out));
    if (!block->full)
        put_loc(block, reason->loc);
    pg_buf_free(&out);
}

/* What a part of a rule asks for. */
static void part_text(struct pg_buf *out, const struct block *block, const struct pg_miss *miss,
                      enum pg_part part)
{
    const struct pg_rule *rule = rule_of(block, miss->policy, miss->position);
    if (!rule)
        return;
    if (part == PG_PART_PORT) {
        pg_words_rule_ports(out, block->cluster, rule);
        return;
    }
    if (miss->peer == PG_NO_INDEX || miss->peer_position >= rule->npeers) {
        pg_buf_puts(out, "anyone");
        return;
    }
    const struct pg_peer *peer = &rule->peers[miss->peer_position];
    if (part == PG_PART_IPBLOCK || part == PG_PART_PEER)
        pg_words_peer(out, block->cluster, rule, peer->index);
    else if (part == PG_PART_POD)
        pg_selector_print(out, block->cluster, &peer->pod_selector);
    else if (peer->namespace_selector.present)
        pg_selector_print(out, block->cluster, &peer->namespace_selector);
    else
        pg_buf_puts(out, peer->any_namespace ? "any" : "the policy's own");
}

static void put_part(struct block *block, const struct pg_miss *miss, enum pg_part part)
{
    static const char *const names[PG_NPARTS] = {"ns  ", "pod ", "ip  ", "peer", "port"};
    static const char *const states[] = {"", "match  ", "MISS   ", "?      "};
    static const enum pg_role roles[] = {PG_ROLE_DIM, PG_ROLE_MATCH, PG_ROLE_WARN, PG_ROLE_UNKNOWN};
    enum pg_part_state state = miss->parts[part];
    if (state == PG_PART_NONE)
        return;
    struct pg_buf out = {0};
    if (miss->wants[part])
        pg_buf_puts(&out, miss->wants[part]);
    else
        part_text(&out, block, miss, part);
    pg_lines_open(block->lines);
    pg_lines_loc(block->lines, miss->loc);
    pg_lines_addf(block->lines, PG_ROLE_DIM, "      %s ", names[part]);
    pg_lines_add(block->lines, roles[state], states[state]);
    int hang = pg_lines_used(block->lines);
    pg_lines_flow(block->lines, hang, PG_ROLE_TEXT, miss->loc, pg_buf_text(&out));
    if (miss->finds[part]) {
        pg_buf_clear(&out);
        pg_buf_printf(&out, "found %s", miss->finds[part]);
        pg_lines_wrap(block->lines, hang, hang + 2, PG_ROLE_WARN, miss->loc, pg_buf_text(&out));
    }
    pg_buf_free(&out);
}

static void put_miss(struct block *block, const struct pg_miss *miss, bool expanded)
{
    static const char *const names[PG_NPARTS] = {"ns", "pod", "ip", "peer", "port"};
    put_policy(block, "-", PG_ROLE_DENY, miss->policy);
    struct pg_buf word = {0};
    pg_buf_puts(&word, "  MISS");
    if (!expanded)
        pg_buf_printf(&word, " %s", names[miss->part]);
    put_rule(block, miss->policy, miss->position, PG_ROLE_DENY, pg_buf_text(&word));
    pg_buf_free(&word);
    if (expanded) {
        if (block->full)
            put_loc(block, miss->loc);
        for (int part = 0; part < PG_NPARTS; part++)
            put_part(block, miss, (enum pg_part)part);
        if (!block->full)
            put_loc(block, miss->loc);
        return;
    }
    if (block->full && miss->wanted)
        pg_lines_addf(block->lines, PG_ROLE_TEXT, " %s: %s", miss->wanted,
                      miss->found ? miss->found : "not so");
    if (block->full)
        put_loc(block, miss->loc);
    else
        pg_lines_loc(block->lines, miss->loc);
}

static void put_misses(struct block *block)
{
    const struct pg_why_side *side = block->side;
    uint32_t cap = block->full ? side->nmisses : MISSES_PANEL;
    for (uint32_t i = 0; i < side->nmisses && i < cap; i++)
        put_miss(block, &side->misses[i], i == 0);
    if (side->nmisses > cap)
        pg_lines_wrap(block->lines, 4, 4, PG_ROLE_DIM, PG_NO_LOC,
                      side->nmisses - cap == 1 ? "one more rule that misses: w"
                                               : "more rules that miss: w");
}

/* A policy without a rule in this direction isolates and lets nothing through: that must be seen. */
static void put_ruleless(struct block *block)
{
    const struct pg_why_side *side = block->side;
    for (uint32_t i = 0; i < side->npolicies; i++) {
        const struct pg_policy *policy = &block->cluster->policies[side->policies[i]];
        if (policy->nrules[block->dir] > 0 || policy->kind == PG_POLICY_UNEVALUATED ||
            !policy->isolates[block->dir])
            continue;
        put_policy(block, "-", PG_ROLE_DENY, side->policies[i]);
        pg_lines_add(block->lines, PG_ROLE_TEXT, "  0 rules");
        if (block->full)
            pg_lines_addf(block->lines, PG_ROLE_DIM, ": isolates, lets nothing %s",
                          block->dir == PG_EGRESS ? "out" : "in");
        put_loc(block, policy->loc);
    }
}

/* Not every policy isolates: admin policies are only asked (semantics 11). */
static void put_asked(struct block *block)
{
    const struct pg_why_side *side = block->side;
    uint32_t isolating = 0;
    for (uint32_t i = 0; i < side->npolicies; i++)
        isolating += block->cluster->policies[side->policies[i]].isolates[block->dir];
    uint32_t n = isolating > 0 ? isolating : side->npolicies;
    pg_lines_addf(block->lines, PG_ROLE_TEXT,
                  isolating > 0 ? "isolated by %" PRIu32 " %s" : "%" PRIu32 " %s asked", n,
                  n == 1 ? "policy" : "policies");
    if (isolating > 0 && isolating < side->npolicies)
        pg_lines_addf(block->lines, PG_ROLE_TEXT, ", %" PRIu32 " asked", side->npolicies);
}

static void put_isolation(struct block *block)
{
    struct pg_lines *lines = block->lines;
    const struct pg_why_side *side = block->side;
    if (!side->present)
        pg_lines_add(lines, PG_ROLE_TEXT, "no pod, no policy");
    else if (side->exempt != PG_EXEMPT_NONE)
        pg_lines_addf(lines, PG_ROLE_OPEN, "exempt: %s", pg_exempt_name(side->exempt));
    else if (!side->isolated)
        pg_lines_add(lines, PG_ROLE_OPEN, "open: no policy restricts it");
    else
        put_asked(block);
}

static void put_side(struct block *block)
{
    struct pg_lines *lines = block->lines;
    struct pg_buf name = {0};
    const struct pg_why_side *side = block->side;
    bool egress = block->dir == PG_EGRESS;
    pg_words_end_full(&name, block->eval, egress ? &block->why->from : &block->why->to);
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_HEADING, "%d %s ", egress ? 1 : 2, egress ? "EGRESS" : "INGRESS");
    pg_lines_add(lines, PG_ROLE_TEXT, pg_buf_text(&name));
    pg_buf_free(&name);
    if (block->full && pg_lines_used(lines) < 44) {
        pg_lines_tab(lines, 44);
    } else {
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_TEXT, "  ");
    }
    put_isolation(block);
    for (uint32_t i = 0; i < side->nreasons; i++) {
        if (side->reasons[i].effect == PG_EFFECT_UNKNOWN)
            put_unknown(block, &side->reasons[i]);
        else if (side->reasons[i].effect != PG_EFFECT_ISOLATE)
            put_decision(block, &side->reasons[i]);
    }
    /* Beside a rule that allows, the others are of interest on the page only. */
    if (side->sure == PG_PORTS_NONE || block->full)
        put_misses(block);
    else if (side->nmisses)
        pg_lines_wrap(block->lines, 2, 4, PG_ROLE_DIM, PG_NO_LOC,
                      side->nmisses == 1 ? "one other rule does not match"
                                         : "the other rules do not match");
    if (side->isolated)
        put_ruleless(block);
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_TEXT, "  = ");
    put_ports(lines, side->sure == PG_PORTS_NONE ? PG_ROLE_DENY : PG_ROLE_ALL, block->eval,
              side->sure);
    if (side->possible != side->sure) {
        pg_lines_add(lines, PG_ROLE_UNKNOWN, "; perhaps ");
        put_ports(lines, PG_ROLE_UNKNOWN, block->eval,
                  pg_portset_minus(pg_eval_portsets(block->eval), side->possible, side->sure));
    }
}

/* --- verdict and conclusion ------------------------------------------------------------------------ */

static const char *denying_side(const struct pg_why *why)
{
    const struct pg_why_side *sides = why->sides;
    bool out = sides[PG_EGRESS].present && sides[PG_EGRESS].verdict == PG_VERDICT_DENIED;
    bool in = sides[PG_INGRESS].present && sides[PG_INGRESS].verdict == PG_VERDICT_DENIED;
    return out && in ? "at both sides" : out ? "at egress" : in ? "at ingress" : "the sides differ";
}

static void put_verdict(struct pg_lines *lines, struct pg_eval *eval, const struct pg_why *why)
{
    pg_lines_open(lines);
    if (why->sure != PG_PORTS_NONE) {
        pg_lines_add(lines, PG_ROLE_ALL, "ALLOW  ");
        put_ports(lines, PG_ROLE_TEXT, eval, why->sure);
        if (why->possible != why->sure)
            pg_lines_add(lines, PG_ROLE_UNKNOWN, ", perhaps more");
        else if (why->verdict != PG_VERDICT_ALLOWED)
            pg_lines_add(lines, PG_ROLE_TEXT, " only");
        return;
    }
    switch (why->verdict) {
    case PG_VERDICT_DENIED:
        pg_lines_add(lines, PG_ROLE_WARN, "DENY  ");
        put_ports(lines, PG_ROLE_TEXT, eval, why->question);
        pg_lines_addf(lines, PG_ROLE_TEXT, ", %s", denying_side(why));
        break;
    case PG_VERDICT_NO_ROUTE:
        pg_lines_add(lines, PG_ROLE_WARN, "NO ROUTE  no address family in common");
        break;
    case PG_VERDICT_NO_BACKEND: pg_lines_add(lines, PG_ROLE_WARN, "NO BACKEND"); break;
    case PG_VERDICT_MIXED:
        pg_lines_add(lines, PG_ROLE_UNKNOWN, "MIXED  the address families differ");
        break;
    default: pg_lines_add(lines, PG_ROLE_UNKNOWN, "UNKNOWN"); break;
    }
}

static const char *verdict_word(const struct pg_why *why)
{
    return why->sure != PG_PORTS_NONE            ? "ALLOW"
           : why->verdict == PG_VERDICT_UNKNOWN  ? "UNKNOWN"
           : why->verdict == PG_VERDICT_NO_ROUTE ? "NO ROUTE"
           : why->possible != PG_PORTS_NONE      ? "UNKNOWN"
                                                 : "DENY";
}

/* "8080/TCP, ?5432/TCP": what is only possible carries the mark. */
static void add_set(struct pg_buf *out, struct pg_eval *eval, pg_ports sure, pg_ports possible)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    pg_ports maybe = pg_portset_minus(sets, possible, sure);
    struct pg_buf text = {0};
    if (sure != PG_PORTS_NONE)
        add_ports(out, eval, sure);
    if (maybe != PG_PORTS_NONE) {
        pg_buf_puts(out, sure != PG_PORTS_NONE ? ", ?" : "?");
        add_ports(&text, eval, maybe);
    }
    for (const char *p = pg_buf_text(&text); *p; p++) {
        pg_buf_putc(out, *p);
        if (p[0] == ' ' && p > pg_buf_text(&text) && p[-1] == ',')
            pg_buf_putc(out, '?');
    }
    pg_buf_free(&text);
}

/* Both sides let something through, and not the same. */
static bool is_disjoint(const struct pg_why *why)
{
    return why->possible == PG_PORTS_NONE && why->sides[PG_EGRESS].possible != PG_PORTS_NONE &&
           why->sides[PG_INGRESS].possible != PG_PORTS_NONE;
}

/* {5432/TCP} AND {} = {}   DENY. Where the families differ each has its own answer. */
static void put_conclusion(struct pg_lines *lines, struct pg_eval *eval, const struct pg_why *why)
{
    const struct pg_why_side *out_side = &why->sides[PG_EGRESS], *in_side = &why->sides[PG_INGRESS];
    struct pg_buf out = {0};
    if (why->verdict == PG_VERDICT_NO_ROUTE)
        return;
    if (why->by_family) {
        pg_buf_printf(&out, "IPv4 %s, IPv6 %s", pg_verdict_name(why->families[0]),
                      pg_verdict_name(why->families[1]));
    } else {
        pg_buf_putc(&out, '{');
        add_set(&out, eval, out_side->sure, out_side->possible);
        pg_buf_puts(&out, "} AND {");
        add_set(&out, eval, in_side->sure, in_side->possible);
        pg_buf_putc(&out, '}');
    }
    pg_buf_puts(&out, " = {");
    add_set(&out, eval, why->sure, why->possible);
    pg_buf_printf(&out, "}  %s%s", verdict_word(why),
                  is_disjoint(why) ? ": no port is in both" : "");
    pg_lines_wrap(lines, 0, 2, PG_ROLE_HEADING, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}

/* The labels, the address and how many are alike. */
static void put_end(struct pg_lines *lines, struct pg_eval *eval, const struct pg_end *end,
                    const char *word, uint32_t alike, bool full)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf out = {0};
    if (full)
        pg_buf_printf(&out, "%s ", word);
    pg_words_end_full(&out, eval, end);
    if (full && end->kind == PG_END_POD) {
        const struct pg_pod *pod = &cluster->pods[end->index];
        pg_buf_puts(&out, "  ");
        pg_words_labels(&out, cluster, pod->labels);
        for (int i = 0; i < 2; i++) {
            if (pod->addr[i].family) {
                pg_buf_puts(&out, "  ");
                pg_addr_print(&out, pod->addr[i]);
            }
        }
    }
    char count[32] = "";
    if (alike > 1)
        snprintf(count, sizeof count, "(%" PRIu32 " alike)", alike);
    bool fits = pg_frame_text_width(pg_buf_text(&out)) + 2 + (int)strlen(count) <= lines->width;
    if (alike > 1 && fits)
        pg_buf_printf(&out, "  %s", count);
    pg_lines_wrap(lines, 0, 5, PG_ROLE_TEXT,
                  end->kind == PG_END_POD ? cluster->pods[end->index].loc : PG_NO_LOC,
                  pg_buf_text(&out));
    if (alike > 1 && !fits) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_TEXT, "     %s", count);
    }
    pg_buf_free(&out);
}

/* --- plain words ----------------------------------------------------------------------------------- */

/* Of many pairs that are alike, the workloads say more than two pods of theirs. */
static void put_side_words(struct pg_lines *lines, struct pg_eval *eval,
                           const struct pg_proof *proof, enum pg_dir dir, const char *lead,
                           int indent)
{
    struct pg_buf out = {0};
    pg_buf_puts(&out, lead);
    pg_proof_side(&out, eval, proof->why, dir, proof->flow->pairs > 1, lines->width - 4);
    pg_lines_wrap(lines, indent, indent + 2, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void put_closest(struct pg_lines *lines, struct pg_eval *eval, const struct pg_proof *proof,
                        int indent)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    const struct pg_why_side *sides = proof->why->sides;
    bool ingress = sides[PG_INGRESS].verdict == PG_VERDICT_DENIED &&
                   (sides[PG_EGRESS].verdict != PG_VERDICT_DENIED || !sides[PG_EGRESS].nmisses);
    const struct pg_why_side *side = &sides[ingress ? PG_INGRESS : PG_EGRESS];
    if (side->verdict != PG_VERDICT_DENIED || side->nmisses == 0)
        return;
    static const char *const names[PG_NPARTS] = {"namespace", "pod", "address", "peer", "port"};
    const struct pg_miss *miss = &side->misses[0];
    enum pg_dir dir = ingress ? PG_INGRESS : PG_EGRESS;
    struct pg_buf out = {0};
    pg_buf_printf(&out, "closest: %s ", pg_words_policy(cluster, miss->policy));
    pg_words_rule(&out, cluster, miss->policy, dir,
                  &cluster->policies[miss->policy].rules[dir][miss->position]);
    pg_buf_printf(&out, " misses at the %s", names[miss->part]);
    if (miss->wanted)
        pg_buf_printf(&out, ": wants %s", miss->wanted);
    if (miss->found)
        pg_buf_printf(&out, ", found %s", miss->found);
    pg_buf_puts(&out, " (");
    pg_words_loc(&out, cluster, miss->loc, lines->width - 4);
    pg_buf_putc(&out, ')');
    pg_lines_wrap(lines, indent, indent + 2, PG_ROLE_DIM, miss->loc, pg_buf_text(&out));
    pg_buf_free(&out);
}

void pg_why_plain(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                  int indent)
{
    struct pg_eval *eval = app->world->eval;
    bool half = proof->half != PG_HALF_NONE;
    enum pg_dir first = proof->half == PG_HALF_ENTERS ? PG_INGRESS : PG_EGRESS;
    enum pg_dir second = first == PG_EGRESS ? PG_INGRESS : PG_EGRESS;
    put_side_words(lines, eval, proof, first, "", indent);
    put_side_words(lines, eval, proof, second, half ? "but " : "", indent);
    put_closest(lines, eval, proof, indent);
    if (proof->why->by_family) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_UNKNOWN, "%*sIPv4 %s, IPv6 %s", indent, "",
                      pg_verdict_name(proof->why->families[0]),
                      pg_verdict_name(proof->why->families[1]));
    }
}

/* --- panel and page -------------------------------------------------------------------------------- */

static const char *half_title(enum pg_half half)
{
    return half == PG_HALF_PORTS ? "PORTS DON'T MEET" : "HALF OPEN";
}

static void put_sentence(struct pg_lines *lines, struct pg_eval *eval, const struct pg_why *why)
{
    struct pg_buf out = {0};
    pg_words_sentence(&out, eval, why);
    pg_lines_wrap(lines, 0, 2, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void put_notes(struct pg_lines *lines, const struct pg_why *why)
{
    for (uint32_t i = 0; i < why->nnotes; i++)
        pg_lines_wrap(lines, 0, 2, PG_ROLE_DIM, PG_NO_LOC, why->notes[i]);
}

/* What comes before the sides: the verdict, the two ends, and the half-open case. */
static void put_head(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                     bool full)
{
    struct pg_eval *eval = app->world->eval;
    const struct pg_why *why = proof->why;
    if (full)
        put_verdict(lines, eval, why);
    put_end(lines, eval, &why->from, "from", proof->flow->nfrom, full);
    put_end(lines, eval, &why->to, "to  ", proof->flow->nto, full);
    pg_lines_open(lines);
    if (!full)
        put_verdict(lines, eval, why);
    if (proof->half != PG_HALF_NONE) {
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_WARN, half_title(proof->half));
        pg_why_plain(lines, app, proof, 2);
    }
    if (!full || proof->half != PG_HALF_NONE)
        pg_lines_open(lines);
}

void pg_why_lines(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                  enum pg_why_form form)
{
    struct pg_eval *eval = app->world->eval;
    const struct pg_why *why = proof->why;
    bool full = form == PG_WHY_PAGE;
    struct block block = {
        .lines = lines, .eval = eval, .cluster = app->world->cluster, .why = why, .full = full};
    if (form != PG_WHY_SIDES)
        put_head(lines, app, proof, full);
    if (form != PG_WHY_SIDES) /* the drawer has told it */
        pg_news_put_story(lines, app, proof);
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        block.dir = (enum pg_dir)dir;
        block.side = &why->sides[dir];
        put_side(&block);
        if (form == PG_WHY_PANEL)
            pg_lines_open(lines);
    }
    put_conclusion(lines, eval, why);
    if (full) {
        pg_lines_open(lines);
        put_sentence(lines, eval, why);
    }
    put_notes(lines, why);
    if (full)
        pg_lines_wrap(lines, 0, 0, pg_report_not_enforced(eval) ? PG_ROLE_WARN : PG_ROLE_DIM,
                      PG_NO_LOC, pg_report_enforcement_text(lines->arena, eval));
}

void pg_page_build_why(struct pg_tui *app, struct pg_view *view)
{
    struct pg_page *page = &view->page;
    const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
    if (!proof || !proof->why) {
        pg_lines_wrap(&page->lines, 0, 0, PG_ROLE_TEXT, PG_NO_LOC,
                      "There are no two pods to ask about here.");
        return;
    }
    if (!proof->single) {
        pg_lines_open(&page->lines);
        pg_lines_addf(&page->lines, PG_ROLE_DIM,
                      "flow %" PRIu32 " of %" PRIu32 " of this cell: %" PRIu64 " of %" PRIu64
                      " pairs; ] and [ step through them",
                      proof->flow_index + 1, proof->detail->nflows + proof->detail->nflows_left,
                      proof->flow->pairs, proof->detail->count->pairs);
        pg_lines_open(&page->lines);
    }
    pg_why_lines(&page->lines, app, proof, PG_WHY_PAGE);
}
