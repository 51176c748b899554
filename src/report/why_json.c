#include <stdlib.h>

#include "parts.h"
#include "question.h"

static const char *const part_names[PG_NPARTS] = {
    [PG_PART_NAMESPACE] = "namespace", [PG_PART_POD] = "pod",   [PG_PART_IPBLOCK] = "ipBlock",
    [PG_PART_PEER] = "peer",           [PG_PART_PORT] = "port",
};

/* --- sides ---------------------------------------------------------------------------------------- */

static void write_reason(struct pg_json *json, const struct pg_eval *eval,
                         const struct pg_reason *reason)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    pg_json_object(json, NULL, true);
    pg_json_text(json, "effect", pg_effect_name(reason->effect));
    pg_report_json_policy(json, cluster, reason->policy);
    if (reason->effect != PG_EFFECT_ISOLATE) {
        if (reason->list)
            pg_json_text(json, "list", reason->list);
        pg_report_json_index(json, "rule", reason->rule);
        pg_report_json_index(json, "peer", reason->peer);
        pg_report_json_index(json, "port", reason->port);
    }
    if (reason->field)
        pg_json_text(json, "field", reason->field);
    if (reason->detail)
        pg_json_text(json, "detail", reason->detail);
    pg_report_json_loc(json, cluster, reason->loc);
    pg_json_end(json);
}

static void write_miss(struct pg_json *json, const struct pg_eval *eval, const struct pg_miss *miss)
{
    static const char *const states[] = {
        [PG_PART_NONE] = NULL,
        [PG_PART_MATCH] = "match",
        [PG_PART_MISS] = "miss",
        [PG_PART_UNKNOWN] = "unknown",
    };
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    pg_json_object(json, NULL, true);
    pg_report_json_policy(json, cluster, miss->policy);
    pg_report_json_index(json, "rule", miss->rule);
    pg_report_json_index(json, "peer", miss->peer);
    pg_json_text(json, "failed", part_names[miss->part]);
    pg_json_text(json, "wanted", miss->wanted ? miss->wanted : "");
    pg_json_text(json, "found", miss->found ? miss->found : "");
    pg_json_object(json, "parts", true);
    for (int part = 0; part < PG_NPARTS; part++) {
        if (states[miss->parts[part]])
            pg_json_text(json, part_names[part], states[miss->parts[part]]);
    }
    pg_json_end(json);
    pg_report_json_loc(json, cluster, miss->loc);
    pg_json_end(json);
}

static void write_side(struct pg_json *json, const char *key, const struct pg_eval *eval,
                       const struct pg_why_side *side)
{
    if (!side->present) {
        pg_json_null(json, key);
        return;
    }
    pg_json_object(json, key, false);
    pg_json_text(json, "verdict", pg_verdict_name(side->verdict));
    pg_json_bool(json, "isolated", side->isolated);
    if (side->exempt != PG_EXEMPT_NONE)
        pg_json_text(json, "exempt", pg_exempt_name(side->exempt));
    if (side->own_node_unknown)
        pg_json_text(json, "conditional", "own-node");
    pg_json_array(json, "because", false);
    for (uint32_t i = 0; i < side->nreasons; i++)
        write_reason(json, eval, &side->reasons[i]);
    pg_json_end(json);
    pg_json_array(json, "missed", false);
    for (uint32_t i = 0; i < side->nmisses; i++)
        write_miss(json, eval, &side->misses[i]);
    pg_json_end(json);
    pg_json_end(json);
}

/* --- ports ---------------------------------------------------------------------------------------- */

struct piece {
    struct pg_range range;
    const char *verdict;
};

static int compare_pieces(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    return a->range.lo < b->range.lo ? -1 : a->range.lo > b->range.lo;
}

typedef PG_VEC(struct piece) piece_vec;

static void add_pieces(struct pg_arena *arena, piece_vec *pieces, const struct pg_portsets *sets,
                       pg_ports ports, const char *verdict)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, ports, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct piece piece = {ranges[i], verdict};
        pg_vec_push(arena, pieces, piece);
    }
}

/* The whole of the question, cut where the verdict changes. */
static void write_ports(struct pg_json *json, struct pg_eval *eval, const struct pg_why *why)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    struct pg_arena *scratch = pg_arena_new();
    piece_vec pieces = {0};
    pg_ports open = pg_portset_minus(sets, why->possible, why->sure);
    pg_ports shut = pg_portset_minus(sets, why->question, why->possible);
    add_pieces(scratch, &pieces, sets, why->sure, "allowed");
    add_pieces(scratch, &pieces, sets, open, why->by_family ? "mixed" : "unknown");
    add_pieces(scratch, &pieces, sets, shut, "denied");
    if (pieces.n > 0)
        qsort(pieces.v, pieces.n, sizeof *pieces.v, compare_pieces);
    pg_json_array(json, "ports", false);
    for (uint32_t i = 0; i < pieces.n; i++) {
        uint32_t lo = pieces.v[i].range.lo, hi = pieces.v[i].range.hi;
        pg_json_object(json, NULL, true);
        pg_json_text(json, "protocol", pg_protocol_name(PG_KEY_PROTOCOL(lo)));
        pg_json_int(json, "from", PG_KEY_PORT(lo));
        pg_json_int(json, "to", PG_KEY_PORT(hi));
        pg_json_text(json, "verdict", pieces.v[i].verdict);
        pg_json_end(json);
    }
    pg_json_end(json);
    pg_arena_free(scratch);
}

/* --- documents ------------------------------------------------------------------------------------ */

/* One word for each: "shop/api-0", "ip:192.0.2.7", "node:n1". */
static void write_backend_end(struct pg_json *json, const struct pg_eval *eval,
                              const struct pg_end *end)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf text = {0};
    if (end->kind == PG_END_NODE) {
        pg_buf_printf(&text, "node:%s", pg_cluster_text(cluster, cluster->nodes[end->index].name));
    } else {
        pg_buf_puts(&text, end->kind == PG_END_ADDR ? "ip:" : "");
        pg_end_print(&text, eval, end);
    }
    pg_json_text(json, "to", pg_buf_text(&text));
    pg_buf_free(&text);
}

static void write_backends(struct pg_json *json, const struct pg_eval *eval,
                           const struct pg_why *why)
{
    pg_json_array(json, "backends", false);
    for (uint32_t i = 0; i < why->nbackends; i++) {
        const struct pg_backend *backend = &why->backends[i];
        pg_json_object(json, NULL, true);
        write_backend_end(json, eval, &backend->end);
        pg_json_int(json, "port", backend->port);
        pg_json_text(json, "verdict", pg_verdict_name(backend->why->verdict));
        if (!backend->counted)
            pg_json_bool(json, "counted", false);
        if (!backend->ready)
            pg_json_bool(json, "ready", false);
        pg_json_end(json);
    }
    pg_json_end(json);
}

static void write_stages(struct pg_json *json, const struct pg_eval *eval, const struct pg_why *why)
{
    pg_json_array(json, "stages", false);
    for (int i = 0; i < PG_NSTAGES; i++) {
        const struct pg_stage *stage = &why->stages[i];
        pg_json_object(json, NULL, true);
        pg_json_text(json, "stage", stage->name);
        pg_json_text(json, "state", pg_stage_state_name(stage->state));
        pg_json_text(json, "detail", stage->detail);
        if (stage->loc.line > 0)
            pg_report_json_loc(json, pg_eval_cluster(eval), stage->loc);
        pg_json_end(json);
    }
    pg_json_end(json);
}

static void write_answer(struct pg_json *json, struct pg_eval *eval, const struct pg_why *why)
{
    if (why->by_family) {
        pg_json_object(json, "families", true);
        pg_json_text(json, "4", pg_verdict_name(why->families[0]));
        pg_json_text(json, "6", pg_verdict_name(why->families[1]));
        pg_json_end(json);
    }
    if (why->service != PG_NONE) {
        write_stages(json, eval, why);
        write_backends(json, eval, why);
    } else if (pg_report_asks_many(pg_eval_portsets(eval), why->question)) {
        write_ports(json, eval, why);
    }
    write_side(json, "egress", eval, &why->sides[PG_EGRESS]);
    write_side(json, "ingress", eval, &why->sides[PG_INGRESS]);
}

static void write_endpoint(struct pg_json *json, const char *key, const struct pg_eval *eval,
                           const struct pg_report_endpoint *endpoint)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf text = {0};
    if (endpoint->service != PG_NONE) {
        const struct pg_service *service = &cluster->services[endpoint->service];
        pg_json_object(json, key, true);
        pg_report_json_str(json, "namespace", cluster, cluster->namespaces[service->ns].name);
        pg_report_json_str(json, "service", cluster, service->name);
        pg_json_end(json);
        return;
    }
    if (endpoint->workload == PG_NONE && !endpoint->asked) {
        pg_report_json_end(json, key, eval, &endpoint->end);
        return;
    }
    pg_json_object(json, key, true);
    if (endpoint->workload == PG_NONE) {
        pg_json_text(json, endpoint->nends > 1 ? "cidr" : "name", endpoint->asked);
        pg_addr_print(&text, endpoint->end.addr);
        pg_json_text(json, "ip", pg_buf_text(&text));
    } else {
        const struct pg_workload *workload = &cluster->workloads[endpoint->workload];
        pg_report_json_str(json, "namespace", cluster, cluster->namespaces[workload->ns].name);
        pg_buf_printf(&text, "%s/%s", pg_cluster_text(cluster, workload->kind),
                      pg_cluster_text(cluster, workload->name));
        pg_json_text(json, "workload", pg_buf_text(&text));
        pg_json_int(json, "pods", endpoint->nends);
    }
    pg_json_end(json);
    pg_buf_free(&text);
}

/* Several answers: each with one pair that gets it. */
static void write_pairs(struct pg_json *json, struct pg_eval *eval,
                        const struct pg_report_question *question)
{
    pg_json_array(json, "pairs", false);
    for (uint32_t i = 0; i < question->nanswers; i++) {
        const struct pg_why *why = question->answers[i].why;
        pg_json_object(json, NULL, false);
        pg_report_json_end(json, "from", eval, &why->from);
        if (why->service == PG_NONE)
            pg_report_json_end(json, "to", eval, &why->to);
        else
            write_endpoint(json, "to", eval, &question->to);
        pg_json_int(json, "count", (int64_t)question->answers[i].pairs);
        pg_json_text(json, "verdict", pg_verdict_name(why->verdict));
        pg_json_text(json, "sentence", why->sentence);
        write_answer(json, eval, why);
        pg_json_end(json);
    }
    pg_json_end(json);
}

static void write_notes(struct pg_json *json, const struct pg_report_question *question)
{
    pg_json_array(json, "notes", false);
    for (uint32_t i = 0; i < question->nnotes; i++)
        pg_json_text(json, NULL, question->notes[i]);
    for (uint32_t i = 0; i < question->answers[0].why->nnotes; i++)
        pg_json_text(json, NULL, question->answers[0].why->notes[i]);
    pg_json_end(json);
}

void pg_report_why_json(struct pg_buf *out, struct pg_eval *eval,
                        const struct pg_report_question *question)
{
    struct pg_json json = pg_report_begin(out, "Why", eval);
    struct pg_buf sentence = {0};
    write_endpoint(&json, "from", eval, &question->from);
    write_endpoint(&json, "to", eval, &question->to);
    if (question->protocol)
        pg_json_text(&json, "protocol", question->protocol);
    else
        pg_json_null(&json, "protocol");
    if (question->port)
        pg_json_int(&json, "port", question->port);
    else
        pg_json_null(&json, "port");
    if (question->port_name)
        pg_json_text(&json, "portName", question->port_name);
    pg_json_text(&json, "verdict", pg_verdict_name(pg_report_verdict(question)));
    pg_report_sentence(&sentence, eval, question);
    pg_json_text(&json, "sentence", pg_buf_text(&sentence));
    write_answer(&json, eval, question->answers[0].why);
    if (question->nanswers > 1)
        write_pairs(&json, eval, question);
    write_notes(&json, question);
    pg_json_end(&json);
    pg_json_finish(&json);
    pg_buf_free(&sentence);
}
