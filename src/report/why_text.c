#include <string.h>

#include "parts.h"
#include "polgrid/text.h"
#include "question.h"

/* Different answers told in full; near misses of one side. */
#define PG_ANSWERS_TOLD 8
#define PG_MISSES_TOLD  5

struct page {
    struct pg_buf *out;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    struct pg_arena *arena;
};

static const char *keep(struct page *page, struct pg_buf *buf)
{
    const char *text = pg_arena_strdup(page->arena, pg_buf_text(buf));
    pg_buf_free(buf);
    return text;
}

static const char *end_text(struct page *page, const struct pg_end *end)
{
    struct pg_buf buf = {0};
    pg_end_print(&buf, page->eval, end);
    return keep(page, &buf);
}

static const char *policy_text(struct page *page, uint32_t policy)
{
    struct pg_buf buf = {0};
    pg_policy_print(&buf, page->cluster, policy);
    return keep(page, &buf);
}

static const char *place_text(struct page *page, struct pg_loc loc)
{
    struct pg_buf buf = {0};
    pg_report_place(&buf, page->cluster, loc);
    return keep(page, &buf);
}

static const char *ports_text(struct page *page, pg_ports ports)
{
    struct pg_buf buf = {0};
    pg_portset_print(&buf, pg_eval_portsets(page->eval), ports);
    return keep(page, &buf);
}

static const char *upper(struct page *page, const char *text)
{
    char *copy = pg_arena_strdup(page->arena, text);
    for (char *p = copy; *p; p++) {
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    }
    return copy;
}

/* --- ends ----------------------------------------------------------------------------------------- */

static const char *labels_text(struct page *page, struct pg_labels labels)
{
    struct pg_buf buf = {0};
    for (uint32_t i = 0; i < labels.n; i++) {
        pg_buf_printf(&buf, "%s%s=%s", i > 0 ? "," : "",
                      pg_cluster_text(page->cluster, labels.v[i].key),
                      pg_cluster_text(page->cluster, labels.v[i].value));
    }
    return labels.n > 0 ? keep(page, &buf) : "no labels";
}

static const char *addr_text(struct page *page, const struct pg_pod *pod)
{
    struct pg_buf buf = {0};
    for (int i = 0; i < 2; i++) {
        if (pod->addr[i].family == 0)
            continue;
        pg_buf_puts(&buf, buf.n > 0 ? "," : "");
        pg_addr_print(&buf, pod->addr[i]);
    }
    return buf.n > 0 ? keep(page, &buf) : "address not known";
}

static void add_end(struct page *page, struct pg_report_table *table, const char *which,
                    const struct pg_end *end)
{
    pg_report_table_row(table);
    pg_report_table_set(table, 0, which);
    pg_report_table_set(table, 1, end_text(page, end));
    if (end->kind == PG_END_ADDR) {
        pg_report_table_set(
            table, 2, end->maybe_inside ? "not among what could be read" : "outside the cluster");
    } else if (end->kind == PG_END_NODE) {
        pg_report_table_set(table, 2, "a node");
    } else {
        const struct pg_pod *pod = &page->cluster->pods[end->index];
        pg_report_table_set(table, 2, labels_text(page, pod->labels));
        pg_report_table_set(table, 3, addr_text(page, pod));
        if (pod->node_name != PG_STR_NONE)
            pg_report_table_set(table, 4,
                                pg_arena_printf(page->arena, "on %s",
                                                pg_cluster_text(page->cluster, pod->node_name)));
    }
}

static void print_ends(struct page *page, const struct pg_why *why)
{
    struct pg_report_table table = pg_report_table(page->arena, 5);
    add_end(page, &table, "from", &why->from);
    add_end(page, &table, "to", &why->to);
    pg_report_table_print(page->out, &table, 0);
}

/* --- sides ---------------------------------------------------------------------------------------- */

/* The policies that isolate, and in *others those that have a say and do not. */
static uint32_t count_isolating(const struct page *page, enum pg_dir dir,
                                const struct pg_why_side *side, uint32_t *others)
{
    uint32_t n = 0;
    *others = 0;
    for (uint32_t i = 0; i < side->npolicies; i++) {
        const struct pg_policy *policy = &page->cluster->policies[side->policies[i]];
        bool isolates = policy->kind == PG_POLICY_NETWORK || policy->isolates[dir];
        n += isolates;
        *others += !isolates && policy->kind != PG_POLICY_UNEVALUATED;
    }
    return n;
}

static void print_side_head(struct page *page, const struct pg_why *why, enum pg_dir dir)
{
    const struct pg_why_side *side = &why->sides[dir];
    bool egress = dir == PG_EGRESS;
    pg_buf_printf(page->out, "\n%s ", egress ? "1 EGRESS " : "2 INGRESS");
    pg_report_clean(page->out, end_text(page, egress ? &why->from : &why->to));
    if (!side->present) {
        pg_buf_puts(page->out, ": no policy applies to it\n");
        return;
    }
    pg_buf_printf(page->out, ": %s", pg_verdict_name(side->verdict));
    uint32_t others, n = count_isolating(page, dir, side, &others);
    if (side->exempt != PG_EXEMPT_NONE)
        pg_buf_printf(page->out, ", exempt: %s", pg_exempt_name(side->exempt));
    else if (n > 0)
        pg_buf_printf(page->out, ", isolated by %u %s", (unsigned)n,
                      pg_report_plural(n, "policy", "policies"));
    else if (others > 0)
        pg_buf_printf(page->out, ", %u %s asked", (unsigned)others,
                      pg_report_plural(others, "policy", "policies"));
    else if (!side->isolated)
        pg_buf_printf(page->out, ", no policy restricts its %s", egress ? "egress" : "ingress");
    pg_buf_putc(page->out, '\n');
}

/* "egress[0].to[1]", or what the kind calls these lists; which of several specs stands before it. */
static const char *rule_text(struct page *page, enum pg_dir dir, const struct pg_policy *policy,
                             uint32_t position, uint32_t peer)
{
    const struct pg_rule *rule = &policy->rules[dir][position];
    const char *spec = pg_policy_spec(policy);
    bool egress = dir == PG_EGRESS;
    const char *name = rule->list ? rule->list : egress ? "egress" : "ingress";
    const char *list = rule->peer_list ? rule->peer_list : egress ? "to" : "from";
    const char *text = pg_arena_printf(page->arena, "%s%s%s[%u]", spec ? spec : "", spec ? "." : "",
                                       name, (unsigned)rule->index);
    if (peer == PG_NO_INDEX)
        return text;
    return pg_arena_printf(page->arena, "%s.%s[%u]", text, list, (unsigned)peer);
}

/* "isolates, 2 rules": what it allows is told in lines of their own, or as misses. */
static const char *isolate_text(struct page *page, enum pg_dir dir, uint32_t policy)
{
    uint32_t n = page->cluster->policies[policy].nrules[dir];
    return pg_arena_printf(page->arena, "isolates, %u %s", (unsigned)n,
                           pg_report_plural(n, "rule", "rules"));
}

static void add_reason(struct page *page, struct pg_report_table *table, enum pg_dir dir,
                       const struct pg_reason *reason)
{
    static const char *const marks[] = {
        [PG_EFFECT_ISOLATE] = "-", [PG_EFFECT_ALLOW] = "+",   [PG_EFFECT_DENY] = "!",
        [PG_EFFECT_PASS] = ">",    [PG_EFFECT_UNKNOWN] = "?",
    };
    static const char *const verbs[] = {
        [PG_EFFECT_ALLOW] = "allows", [PG_EFFECT_DENY] = "denies", [PG_EFFECT_PASS] = "passes"};
    const struct pg_policy *policy = &page->cluster->policies[reason->policy];
    const char *what = "", *where = pg_policy_spec(policy) ? pg_policy_spec(policy) : "";
    if (reason->rule != PG_NO_INDEX)
        where = rule_text(page, dir, policy, reason->position, reason->peer);
    if (reason->effect == PG_EFFECT_ISOLATE)
        what = isolate_text(page, dir, reason->policy);
    else if (reason->effect == PG_EFFECT_UNKNOWN)
        what = reason->detail ? reason->detail : "may or may not match";
    else
        what = pg_arena_printf(page->arena, "%s %s", verbs[reason->effect],
                               ports_text(page, reason->ports));
    pg_report_table_row(table);
    pg_report_table_set(table, 0, marks[reason->effect]);
    pg_report_table_set(table, 1, policy_text(page, reason->policy));
    pg_report_table_set(table, 2, where);
    pg_report_table_set(table, 3, what);
    pg_report_table_set(table, 4, place_text(page, reason->loc));
}

static void print_miss(struct page *page, enum pg_dir dir, const struct pg_miss *miss)
{
    static const char *const names[PG_NPARTS] = {
        [PG_PART_NAMESPACE] = "namespace", [PG_PART_POD] = "pod",   [PG_PART_IPBLOCK] = "ipBlock",
        [PG_PART_PEER] = "peer",           [PG_PART_PORT] = "port",
    };
    static const char *const states[] = {
        [PG_PART_NONE] = "",
        [PG_PART_MATCH] = "match",
        [PG_PART_MISS] = "MISS",
        [PG_PART_UNKNOWN] = "unknown",
    };
    struct pg_buf *out = page->out;
    const struct pg_policy *policy = &page->cluster->policies[miss->policy];
    pg_buf_puts(out, "    ");
    pg_report_clean(out, policy_text(page, miss->policy));
    pg_buf_printf(out, "  %s  ", rule_text(page, dir, policy, miss->position, miss->peer));
    pg_buf_puts(out, place_text(page, miss->loc));
    pg_buf_putc(out, '\n');
    for (int part = 0; part < PG_NPARTS; part++) {
        if (miss->parts[part] == PG_PART_NONE)
            continue;
        pg_buf_printf(out, "      %-10s%s", names[part], states[miss->parts[part]]);
        if (miss->wants[part] && miss->finds[part]) {
            pg_buf_puts(out, "  wants ");
            pg_report_clean(out, miss->wants[part]);
            pg_buf_puts(out, ", has ");
            pg_report_clean(out, miss->finds[part]);
        }
        pg_buf_putc(out, '\n');
    }
}

static void print_misses(struct page *page, enum pg_dir dir, const struct pg_why_side *side)
{
    if (side->nmisses == 0)
        return;
    pg_buf_puts(page->out, "  rules that miss, the closest first:\n");
    for (uint32_t i = 0; i < side->nmisses; i++) {
        if (i == PG_MISSES_TOLD) {
            pg_buf_printf(page->out, "    and %u more\n", (unsigned)(side->nmisses - i));
            return;
        }
        print_miss(page, dir, &side->misses[i]);
    }
}

static void print_side(struct page *page, const struct pg_why *why, enum pg_dir dir)
{
    const struct pg_why_side *side = &why->sides[dir];
    print_side_head(page, why, dir);
    if (!side->present || side->exempt != PG_EXEMPT_NONE)
        return;
    struct pg_report_table table = pg_report_table(page->arena, 5);
    for (uint32_t i = 0; i < side->nreasons; i++)
        add_reason(page, &table, dir, &side->reasons[i]);
    pg_report_table_print(page->out, &table, 2);
    if (side->own_node_unknown)
        pg_buf_puts(page->out, "  ? allowed if it comes from the pod's own node: a placement is "
                               "not known\n");
    print_misses(page, dir, side);
}

/* --- answers -------------------------------------------------------------------------------------- */

/* Where the question was about many ports: which are what. */
static void print_ports(struct page *page, const struct pg_why *why)
{
    struct pg_portsets *sets = pg_eval_portsets(page->eval);
    if (why->service != PG_NONE || !pg_report_asks_many(sets, why->question) ||
        why->sure == why->question || why->possible == PG_PORTS_NONE)
        return;
    struct pg_report_table table = pg_report_table(page->arena, 2);
    const char *names[] = {"allowed", why->by_family ? "mixed" : "unknown", "denied"};
    pg_ports ports[] = {why->sure, pg_portset_minus(sets, why->possible, why->sure),
                        pg_portset_minus(sets, why->question, why->possible)};
    for (int i = 0; i < 3; i++) {
        if (ports[i] == PG_PORTS_NONE)
            continue;
        pg_report_table_row(&table);
        pg_report_table_set(&table, 0, names[i]);
        pg_report_table_set(&table, 1, ports_text(page, ports[i]));
    }
    pg_buf_putc(page->out, '\n');
    pg_report_table_print(page->out, &table, 0);
}

static void print_notes(struct page *page, const char *const *notes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        pg_buf_puts(page->out, i == 0 ? "\n" : "");
        pg_report_wrap(page->out, pg_arena_printf(page->arena, "note: %s", notes[i]), 0);
    }
}

/* The way through a service, with a mark at each step: + well, x fails, / for some, ? unknown. */
static void print_stages(struct page *page, const struct pg_why *why)
{
    static const char *const marks[] = {
        [PG_STAGE_OK] = "+",      [PG_STAGE_PARTLY] = "/",  [PG_STAGE_FAILS] = "x",
        [PG_STAGE_UNKNOWN] = "?", [PG_STAGE_SKIPPED] = "-",
    };
    struct pg_report_table table = pg_report_table(page->arena, 3);
    for (int i = 0; i < PG_NSTAGES; i++) {
        const struct pg_stage *stage = &why->stages[i];
        pg_report_table_row(&table);
        pg_report_table_set(&table, 0, marks[stage->state]);
        pg_report_table_set(&table, 1, stage->name);
        const char *place = stage->loc.line > 0 ? place_text(page, stage->loc) : "";
        const char *end = stage->state == PG_STAGE_FAILS ? "  <- fails here" : "";
        const char *detail =
            pg_arena_printf(page->arena, "%s%s%s%s", stage->detail, *place ? "  " : "", place, end);
        pg_report_table_set(&table, 2, detail);
    }
    pg_report_table_print(page->out, &table, 2);
}

/* Each backend with its verdict; the sides below are those of one of them. */
static void print_backends(struct page *page, const struct pg_why *why)
{
    struct pg_report_table table = pg_report_table(page->arena, 4);
    for (uint32_t i = 0; i < why->nbackends; i++) {
        const struct pg_backend *backend = &why->backends[i];
        pg_report_table_row(&table);
        pg_report_table_set(&table, 0, "backend");
        pg_report_table_set(&table, 1, end_text(page, &backend->end));
        pg_report_table_set(&table, 2,
                            pg_arena_printf(page->arena, "port %u", (unsigned)backend->port));
        pg_report_table_set(&table, 3,
                            pg_arena_printf(page->arena, "%s%s",
                                            pg_verdict_name(backend->why->verdict),
                                            !backend->counted ? " (terminating: not counted)"
                                            : !backend->ready ? " (not ready)"
                                                              : ""));
    }
    pg_report_table_print(page->out, &table, 0);
    if (why->nbackends > 0)
        pg_buf_putc(page->out, '\n');
}

static void print_answer(struct page *page, const struct pg_why *why)
{
    bool told = why->service == PG_NONE || why->nbackends > 0;
    pg_buf_puts(page->out, "\n");
    if (why->service != PG_NONE) {
        print_stages(page, why);
        pg_buf_puts(page->out, told ? "\n" : "");
        print_backends(page, why);
    }
    if (told)
        print_ends(page, why);
    if (why->by_family)
        pg_buf_printf(page->out,
                      "\nIPv4: %s. IPv6: %s. What follows is about IPv4; for the other, "
                      "--assume family=6.\n",
                      pg_verdict_name(why->families[0]), pg_verdict_name(why->families[1]));
    if (told && why->verdict != PG_VERDICT_NO_ROUTE) {
        print_side(page, why, PG_EGRESS);
        print_side(page, why, PG_INGRESS);
    }
    print_ports(page, why);
    print_notes(page, why->notes, why->nnotes);
}

static void print_head(struct page *page, const struct pg_report_question *question)
{
    struct pg_buf head = {0}, sentence = {0};
    pg_buf_printf(&head, "%s  ", upper(page, pg_verdict_name(pg_report_verdict(question))));
    pg_report_endpoint_print(&head, page->eval, &question->from);
    pg_buf_puts(&head, " -> ");
    pg_report_endpoint_print(&head, page->eval, &question->to);
    pg_buf_puts(&head, "  ");
    pg_report_port_print(&head, question);
    pg_report_clean(page->out, pg_buf_text(&head));
    pg_buf_puts(page->out, "\n\n");
    pg_report_sentence(&sentence, page->eval, question);
    pg_report_wrap(page->out, pg_buf_text(&sentence), 0);
    pg_buf_free(&head);
    pg_buf_free(&sentence);
}

static void print_several(struct page *page, const struct pg_report_question *question)
{
    for (uint32_t i = 0; i < question->nanswers; i++) {
        const struct pg_report_answer *answer = &question->answers[i];
        if (i == PG_ANSWERS_TOLD) {
            pg_buf_printf(page->out, "\n-- and %u more different answers\n",
                          (unsigned)(question->nanswers - i));
            return;
        }
        pg_buf_printf(page->out, "\n-- %llu %s: %s%s:\n", (unsigned long long)answer->pairs,
                      pg_report_plural(answer->pairs, "pair", "pairs"),
                      pg_verdict_name(answer->why->verdict), answer->pairs > 1 ? ", such as" : "");
        pg_report_wrap(page->out, answer->why->sentence, 0);
        print_answer(page, answer->why);
    }
}

void pg_report_why_text(struct pg_buf *out, struct pg_eval *eval,
                        const struct pg_report_question *question)
{
    struct page page = {out, eval, pg_eval_cluster(eval), pg_arena_new()};
    pg_report_head(out, eval);
    print_head(&page, question);
    if (question->nanswers > 1) {
        print_several(&page, question);
    } else {
        print_answer(&page, question->answers[0].why);
    }
    print_notes(&page, question->notes, question->nnotes);
    pg_report_foot(out, eval);
    pg_arena_free(page.arena);
}
