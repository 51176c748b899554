/*
 * The matrix as a document: groups, the distinct connections, and one number a cell.
 */
#include "groups.h"
#include "parts.h"
#include "polgrid/map.h"

/* What is open between two groups. */
struct connection {
    pg_ports sure, possible;
};

struct document {
    struct pg_json json;
    struct pg_arena *arena;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    const struct pg_report_matrix *matrix;
    struct pg_report_groups groups;
    struct pg_map known;
    PG_VEC(struct connection) connections;
    uint32_t *cells; /* groups.n squared; PG_NONE: not asked for */
};

/* --- groups --------------------------------------------------------------------------------------- */

static void write_ranges(struct pg_json *json, const struct pg_class *class)
{
    pg_json_array(json, "ranges", true);
    for (uint32_t i = 0; i < class->nranges; i++) {
        struct pg_buf first = {0}, last = {0};
        pg_addr_print(&first, class->ranges[i].first);
        pg_addr_print(&last, class->ranges[i].last);
        pg_json_array(json, NULL, true);
        pg_json_text(json, NULL, pg_buf_text(&first));
        pg_json_text(json, NULL, pg_buf_text(&last));
        pg_json_end(json);
        pg_buf_free(&first);
        pg_buf_free(&last);
    }
    pg_json_end(json);
}

/* Kind/name of the workloads of the pods, each once. Pods are sorted by name, not by workload. */
static void write_workloads(struct document *doc, const struct pg_report_group *group)
{
    struct pg_map seen = {0};
    struct pg_buf text = {0};
    pg_json_array(&doc->json, "workloads", true);
    for (uint32_t i = 0; i < group->npods; i++) {
        uint32_t index = doc->cluster->pods[group->pods[i]].workload;
        const struct pg_workload *workload = &doc->cluster->workloads[index];
        if (pg_map_get(&seen, index))
            continue;
        pg_map_put(&seen, index, 1);
        pg_buf_clear(&text);
        pg_buf_printf(&text, "%s/%s", pg_cluster_text(doc->cluster, workload->kind),
                      pg_cluster_text(doc->cluster, workload->name));
        pg_json_text(&doc->json, NULL, pg_buf_text(&text));
    }
    pg_json_end(&doc->json);
    pg_map_free(&seen);
    pg_buf_free(&text);
}

static void write_group(struct document *doc, uint32_t id)
{
    const struct pg_report_group *group = &doc->groups.v[id];
    const struct pg_class *class = pg_eval_class(doc->eval, group->class);
    struct pg_json *json = &doc->json;
    pg_json_object(json, NULL, true);
    pg_json_int(json, "id", id);
    if (!group->pods) {
        write_ranges(json, class);
        pg_json_end(json);
        return;
    }
    pg_report_json_str(json, "namespace", doc->cluster, doc->cluster->namespaces[class->ns].name);
    if (class->kind == PG_CLASS_HOST) {
        pg_json_bool(json, "hostNetwork", true);
        pg_report_json_str(json, "node", doc->cluster, class->node_name);
    }
    write_workloads(doc, group);
    pg_json_array(json, "pods", true);
    for (uint32_t i = 0; i < group->npods; i++)
        pg_report_json_str(json, NULL, doc->cluster, doc->cluster->pods[group->pods[i]].name);
    pg_json_end(json);
    pg_json_end(json);
}

/* --- connections ---------------------------------------------------------------------------------- */

static uint32_t connection_id(struct document *doc, pg_ports sure, pg_ports possible)
{
    uint64_t key = PG_MAP_PAIR(sure, possible);
    const uint32_t *known = pg_map_get(&doc->known, key);
    if (known)
        return *known;
    struct connection connection = {sure, possible};
    pg_map_put(&doc->known, key, doc->connections.n);
    pg_vec_push(doc->arena, &doc->connections, connection);
    return doc->connections.n - 1;
}

static uint32_t ask(struct document *doc, uint32_t i, uint32_t j)
{
    const struct pg_report_group *from = &doc->groups.v[i], *to = &doc->groups.v[j];
    struct pg_portsets *sets = pg_eval_portsets(doc->eval);
    if (!from->from || !to->to)
        return PG_NONE;
    if (!from->pods && !to->pods)
        return 0;
    struct pg_cell cell = pg_report_groups_cell(doc->eval, from, to);
    return connection_id(doc, pg_portset_intersect(sets, cell.sure, doc->matrix->ports),
                         pg_portset_intersect(sets, cell.possible, doc->matrix->ports));
}

/* Nothing is 0, everything is 1, the others as they come. */
static void ask_all(struct document *doc)
{
    uint32_t n = doc->groups.n;
    doc->cells = pg_arena_array(doc->arena, (size_t)n * n, sizeof *doc->cells);
    connection_id(doc, PG_PORTS_NONE, PG_PORTS_NONE);
    connection_id(doc, PG_PORTS_ALL, PG_PORTS_ALL);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            doc->cells[(size_t)i * n + j] = ask(doc, i, j);
    }
}

static void write_connection(struct document *doc, uint32_t id)
{
    const struct connection *connection = &doc->connections.v[id];
    struct pg_portsets *sets = pg_eval_portsets(doc->eval);
    pg_json_object(&doc->json, NULL, true);
    pg_json_int(&doc->json, "id", id);
    if (connection->sure == PG_PORTS_ALL) {
        pg_json_bool(&doc->json, "all", true);
    } else {
        pg_report_json_ports(&doc->json, "ports", sets, connection->sure);
        if (id > 0)
            pg_report_json_ports(&doc->json, "unknown", sets,
                                 pg_portset_minus(sets, connection->possible, connection->sure));
    }
    pg_json_end(&doc->json);
}

static void write_cells(struct document *doc)
{
    uint32_t n = doc->groups.n;
    pg_json_array(&doc->json, "cells", false);
    for (uint32_t i = 0; i < n; i++) {
        pg_json_array(&doc->json, NULL, true);
        for (uint32_t j = 0; j < n; j++) {
            uint32_t id = doc->cells[(size_t)i * n + j];
            if (id == PG_NONE)
                pg_json_null(&doc->json, NULL);
            else
                pg_json_int(&doc->json, NULL, id);
        }
        pg_json_end(&doc->json);
    }
    pg_json_end(&doc->json);
}

/* --- pairs ---------------------------------------------------------------------------------------- */

static uint64_t count_pods(const struct document *doc, bool rows)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < doc->groups.n; i++)
        n += (rows ? doc->groups.v[i].from : doc->groups.v[i].to) ? doc->groups.v[i].npods : 0;
    return n;
}

static void write_pair(struct document *doc, uint32_t from, uint32_t to)
{
    uint32_t i = doc->groups.of_pod[from], j = doc->groups.of_pod[to];
    if (from == to || i == PG_NONE || j == PG_NONE ||
        doc->cells[(size_t)i * doc->groups.n + j] == PG_NONE)
        return;
    struct pg_end a = {.kind = PG_END_POD, .index = from};
    struct pg_end b = {.kind = PG_END_POD, .index = to};
    pg_json_object(&doc->json, NULL, true);
    pg_report_json_end(&doc->json, "from", doc->eval, &a);
    pg_report_json_end(&doc->json, "to", doc->eval, &b);
    pg_json_int(&doc->json, "connection", doc->cells[(size_t)i * doc->groups.n + j]);
    pg_json_end(&doc->json);
}

static void write_pairs(struct document *doc)
{
    pg_json_array(&doc->json, "pairs", false);
    for (uint32_t i = 0; i < doc->cluster->npods; i++) {
        for (uint32_t j = 0; j < doc->cluster->npods; j++)
            write_pair(doc, i, j);
    }
    pg_json_end(&doc->json);
}

/* --- all of it ------------------------------------------------------------------------------------ */

/* Cells that a document may have: what is written must fit in a buffer of 1 GiB. */
#define PG_MOST_CELLS 100000000u

static bool check(const struct document *doc, struct pg_err *err)
{
    bool rows = false, columns = false;
    for (uint32_t i = 0; i < doc->groups.n; i++) {
        rows |= doc->groups.v[i].from;
        columns |= doc->groups.v[i].to;
    }
    if (!rows && doc->matrix->from)
        return pg_err_set(err, "--from %s selects nothing", doc->matrix->from);
    if (!columns && doc->matrix->to)
        return pg_err_set(err, "--to %s selects nothing", doc->matrix->to);
    if ((uint64_t)doc->groups.n * doc->groups.n > PG_MOST_CELLS)
        return pg_err_set(err,
                          "%u groups are too many for one document; narrow it with --from "
                          "and --to",
                          (unsigned)doc->groups.n);
    if (doc->matrix->expand && count_pods(doc, true) * count_pods(doc, false) > PG_REPORT_PAIRS)
        return pg_err_set(err, "--expand: more than %u pairs; narrow it with --from and --to",
                          PG_REPORT_PAIRS);
    return true;
}

static void write_document(struct document *doc, struct pg_buf *out)
{
    ask_all(doc);
    doc->json = pg_report_begin(out, "Matrix", doc->eval);
    pg_json_array(&doc->json, "groups", false);
    for (uint32_t i = 0; i < doc->groups.n; i++)
        write_group(doc, i);
    pg_json_end(&doc->json);
    pg_json_array(&doc->json, "connections", false);
    for (uint32_t i = 0; i < doc->connections.n; i++)
        write_connection(doc, i);
    pg_json_end(&doc->json);
    write_cells(doc);
    if (doc->matrix->expand)
        write_pairs(doc);
    pg_json_end(&doc->json);
    pg_json_finish(&doc->json);
}

bool pg_report_matrix_json(struct pg_buf *out, struct pg_eval *eval,
                           const struct pg_report_matrix *matrix, struct pg_err *err)
{
    struct document doc = {
        .arena = pg_arena_new(),
        .eval = eval,
        .cluster = pg_eval_cluster(eval),
        .matrix = matrix,
    };
    doc.groups = pg_report_groups(doc.arena, eval, matrix);
    bool good = check(&doc, err);
    if (good)
        write_document(&doc, out);
    pg_map_free(&doc.known);
    pg_arena_free(doc.arena);
    return good;
}
