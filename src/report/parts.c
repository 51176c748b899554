#include "parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/text.h"

#define PG_WRAP 78

/* --- JSON ----------------------------------------------------------------------------------------- */

void pg_report_json_str(struct pg_json *json, const char *key, const struct pg_cluster *cluster,
                        pg_str str)
{
    if (str == PG_STR_NONE)
        pg_json_null(json, key);
    else
        pg_json_text(json, key, pg_cluster_text(cluster, str));
}

void pg_report_json_loc(struct pg_json *json, const struct pg_cluster *cluster, struct pg_loc loc)
{
    if (loc.line == 0 || loc.file >= cluster->nfiles) {
        pg_json_null(json, "file");
        pg_json_null(json, "line");
        return;
    }
    pg_json_text(json, "file", cluster->files[loc.file].name);
    pg_json_int(json, "line", loc.line);
}

void pg_report_json_policy(struct pg_json *json, const struct pg_cluster *cluster, uint32_t policy)
{
    const struct pg_policy *source = &cluster->policies[policy];
    pg_report_json_str(json, "group", cluster, source->group);
    pg_report_json_str(json, "kind", cluster, source->kind_name);
    pg_report_json_str(json, "namespace", cluster,
                       source->ns == PG_NONE ? PG_STR_NONE : cluster->namespaces[source->ns].name);
    pg_report_json_str(json, "name", cluster, source->name);
    if (pg_policy_spec(source)) /* "specs[1]" */
        pg_json_int(json, "spec",
                    (int64_t)strtoul(strchr(pg_policy_spec(source), '[') + 1, NULL, 10));
    if (source->tier.name == PG_STR_NONE)
        return;
    pg_report_json_str(json, "tier", cluster, source->tier.name);
    if (isfinite(source->order))
        pg_json_int(json, "priority", (int64_t)source->order);
    else
        pg_json_null(json, "priority");
}

void pg_report_json_end(struct pg_json *json, const char *key, const struct pg_eval *eval,
                        const struct pg_end *end)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf addr = {0};
    pg_json_object(json, key, true);
    switch (end->kind) {
    case PG_END_POD: {
        const struct pg_pod *pod = &cluster->pods[end->index];
        pg_report_json_str(json, "namespace", cluster, cluster->namespaces[pod->ns].name);
        pg_report_json_str(json, "pod", cluster, pod->name);
        break;
    }
    case PG_END_NODE:
        pg_report_json_str(json, "node", cluster, cluster->nodes[end->index].name);
        break;
    case PG_END_ADDR:
        pg_addr_print(&addr, end->addr);
        pg_json_text(json, "ip", pg_buf_text(&addr));
        break;
    }
    pg_json_end(json);
    pg_buf_free(&addr);
}

void pg_report_json_ports(struct pg_json *json, const char *key, const struct pg_portsets *sets,
                          pg_ports ports)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, ports, &n);
    pg_json_array(json, key, true);
    for (uint32_t i = 0; i < n; i++) {
        pg_json_object(json, NULL, true);
        pg_json_text(json, "protocol", pg_protocol_name(PG_KEY_PROTOCOL(ranges[i].lo)));
        pg_json_int(json, "from", PG_KEY_PORT(ranges[i].lo));
        pg_json_int(json, "to", PG_KEY_PORT(ranges[i].hi));
        pg_json_end(json);
    }
    pg_json_end(json);
}

void pg_report_json_index(struct pg_json *json, const char *key, uint32_t index)
{
    if (index == PG_NO_INDEX)
        pg_json_null(json, key);
    else
        pg_json_int(json, key, index);
}

/* --- text ----------------------------------------------------------------------------------------- */

void pg_report_clean(struct pg_buf *out, const char *text)
{
    pg_text_clean(out, text, strlen(text));
}

void pg_report_place(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_loc loc)
{
    if (loc.line == 0 || loc.file >= cluster->nfiles)
        return;
    pg_report_clean(out, cluster->files[loc.file].name);
    pg_buf_printf(out, ":%u", (unsigned)loc.line);
}

void pg_report_wrap(struct pg_buf *out, const char *text, int indent)
{
    struct pg_buf clean = {0}, word = {0};
    pg_report_clean(&clean, text);
    int column = 0;
    for (const char *p = pg_buf_text(&clean); *p;) {
        size_t length = strcspn(p, " ");
        pg_buf_clear(&word);
        pg_buf_add(&word, p, length);
        int width = pg_text_width(pg_buf_text(&word));
        bool fits = column == 0 || column + 1 + width <= PG_WRAP;
        pg_buf_puts(out, column == 0 ? "" : fits ? " " : "\n");
        if (column == 0 || !fits)
            pg_buf_fill(out, ' ', (size_t)indent);
        column = column == 0 || !fits ? indent + width : column + 1 + width;
        pg_buf_add(out, p, length);
        p += length;
        while (*p == ' ')
            p++;
    }
    pg_buf_putc(out, '\n');
    pg_buf_free(&clean);
    pg_buf_free(&word);
}

const char *pg_report_plural(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

/* --- tables --------------------------------------------------------------------------------------- */

struct pg_report_table pg_report_table(struct pg_arena *arena, int ncolumns)
{
    assert(ncolumns <= PG_REPORT_COLUMNS);
    return (struct pg_report_table){.arena = arena, .ncolumns = ncolumns};
}

void pg_report_table_row(struct pg_report_table *table)
{
    struct pg_report_row *row = pg_vec_add(table->arena, &table->rows);
    for (int i = 0; i < table->ncolumns; i++)
        row->cells[i] = "";
}

void pg_report_table_set(struct pg_report_table *table, int column, const char *text)
{
    struct pg_buf clean = {0};
    assert(column < table->ncolumns && table->rows.n > 0);
    pg_report_clean(&clean, text);
    table->rows.v[table->rows.n - 1].cells[column] =
        pg_arena_strdup(table->arena, pg_buf_text(&clean));
    pg_buf_free(&clean);
}

static void print_row(struct pg_buf *out, const struct pg_report_table *table,
                      const struct pg_report_row *row, const int *widths, int indent)
{
    size_t gap = (size_t)indent;
    for (int i = 0; i < table->ncolumns; i++) {
        size_t pad = (size_t)(widths[i] - pg_text_width(row->cells[i]));
        if (*row->cells[i]) {
            pg_buf_fill(out, ' ', gap + (table->right[i] ? pad : 0));
            pg_buf_puts(out, row->cells[i]);
            gap = table->right[i] ? 0 : pad;
        } else {
            gap += pad;
        }
        gap += widths[i] > 0 ? 2 : 0;
    }
    pg_buf_putc(out, '\n');
}

void pg_report_table_print(struct pg_buf *out, const struct pg_report_table *table, int indent)
{
    int widths[PG_REPORT_COLUMNS] = {0};
    for (uint32_t r = 0; r < table->rows.n; r++) {
        for (int i = 0; i < table->ncolumns; i++) {
            int width = pg_text_width(table->rows.v[r].cells[i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    for (uint32_t r = 0; r < table->rows.n; r++)
        print_row(out, table, &table->rows.v[r], widths, indent);
}

void pg_report_title(struct pg_buf *out, struct pg_eval *eval, const char *what, pg_ports lens)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    uint32_t npolicies = pg_cluster_count_policies(cluster);
    struct pg_buf assumed = {0};
    pg_buf_printf(out, "%s, on ", what);
    if (lens == PG_PORTS_ALL)
        pg_buf_puts(out, "any port");
    else
        pg_portset_print(out, pg_eval_portsets(eval), lens);
    pg_buf_printf(out, ". %u %s, %u %s, %u %s.\n", (unsigned)cluster->npods,
                  pg_report_plural(cluster->npods, "pod", "pods"), (unsigned)cluster->nnamespaces,
                  pg_report_plural(cluster->nnamespaces, "namespace", "namespaces"),
                  (unsigned)npolicies, pg_report_plural(npolicies, "policy", "policies"));
    pg_assume_print(&assumed, pg_eval_assume(eval));
    if (assumed.n > 0)
        pg_buf_printf(out, "Assumed: %s.\n", pg_buf_text(&assumed));
    pg_buf_putc(out, '\n');
    pg_buf_free(&assumed);
}
