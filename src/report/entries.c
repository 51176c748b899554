/*
 * Ways into the cluster, as a table with the reasons below it, and as a document.
 */
#include <string.h>

#include "parts.h"
#include "polgrid/entry.h"

struct sheet {
    struct pg_buf *out;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    struct pg_arena *arena;
    const struct pg_entries *entries;
};

static const char *text(const struct sheet *sheet, pg_str str)
{
    return pg_cluster_text(sheet->cluster, str);
}

static const struct pg_route *route_of(const struct sheet *sheet, const struct pg_entry *entry)
{
    return &sheet->cluster->routes[entry->route];
}

static uint32_t count(const struct pg_entries *entries, enum pg_entry_state state)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < entries->n; i++)
        n += entries->v[i].state == state;
    return n;
}

/* --- text ----------------------------------------------------------------------------------------- */

/* "Ingress shop/web", "HTTPRoute shop/web" */
static const char *name_text(const struct sheet *sheet, const struct pg_route *route)
{
    return pg_arena_printf(sheet->arena, "%s %s/%s", text(sheet, route->kind),
                           text(sheet, sheet->cluster->namespaces[route->ns].name),
                           text(sheet, route->name));
}

static const char *match_text(const struct sheet *sheet, const struct pg_route *route)
{
    const char *host = *route->host ? route->host : "*";
    return pg_arena_printf(sheet->arena, "%s%s%s", host,
                           *route->path && *route->path != '/' ? " " : "", route->path);
}

static const char *backend_text(const struct sheet *sheet, const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    const char *port = text(sheet, route->port_name);
    if (route->port != 0)
        port = pg_arena_printf(sheet->arena, "%u", (unsigned)route->port);
    return pg_arena_printf(sheet->arena, "%s/%s/%s:%s", text(sheet, route->backend_ns),
                           strcmp(text(sheet, route->backend_kind), "Service") == 0
                               ? "svc"
                               : text(sheet, route->backend_kind),
                           text(sheet, route->backend), port);
}

static const char *place_text(const struct sheet *sheet, struct pg_loc loc)
{
    struct pg_buf buf = {0};
    pg_report_place(&buf, sheet->cluster, loc);
    const char *kept = pg_arena_strdup(sheet->arena, pg_buf_text(&buf));
    pg_buf_free(&buf);
    return kept;
}

static void add_row(struct sheet *sheet, struct pg_report_table *table, const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    const struct pg_hop *hops[] = {&entry->outside, &entry->inside};
    pg_report_table_row(table);
    pg_report_table_set(table, 0, pg_entry_state_name(entry->state));
    pg_report_table_set(table, 1, name_text(sheet, route));
    pg_report_table_set(table, 2, match_text(sheet, route));
    pg_report_table_set(table, 3, backend_text(sheet, entry));
    pg_report_table_set(table, 4, entry->controller ? entry->controller : "?");
    for (int i = 0; i < 2; i++)
        pg_report_table_set(table, 5 + i, hops[i]->asked ? pg_verdict_name(hops[i]->verdict) : "-");
    pg_report_table_set(table, 7, place_text(sheet, route->loc));
}

static void print_reason(struct sheet *sheet, const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    pg_buf_printf(sheet->out, "\n%s  ", pg_entry_state_name(entry->state));
    pg_report_clean(sheet->out, name_text(sheet, route));
    pg_buf_puts(sheet->out, " -> ");
    pg_report_clean(sheet->out, backend_text(sheet, entry));
    pg_buf_putc(sheet->out, '\n');
    pg_report_wrap(sheet->out, entry->reason, 2);
    for (uint32_t i = 0; i < entry->nnotes; i++)
        pg_report_wrap(sheet->out, pg_arena_printf(sheet->arena, "note: %s", entry->notes[i]), 2);
}

static void print_counts(struct sheet *sheet)
{
    const struct pg_entries *entries = sheet->entries;
    pg_buf_printf(sheet->out, "\n%u %s", (unsigned)entries->n,
                  pg_report_plural(entries->n, "entry", "entries"));
    for (int state = PG_ENTRY_REACHABLE; state <= PG_ENTRY_UNKNOWN; state++) {
        uint32_t n = count(entries, (enum pg_entry_state)state);
        if (n > 0)
            pg_buf_printf(sheet->out, ", %u %s", (unsigned)n,
                          pg_entry_state_name((enum pg_entry_state)state));
    }
    pg_buf_puts(sheet->out, ".");
    if (entries->nmesh > 0)
        pg_buf_printf(sheet->out, " %u %s in a mesh, which %s nothing to the outside.",
                      (unsigned)entries->nmesh,
                      pg_report_plural(entries->nmesh, "route is", "routes are"),
                      pg_report_plural(entries->nmesh, "opens", "open"));
    pg_buf_putc(sheet->out, '\n');
}

void pg_report_entries_table(struct pg_buf *out, struct pg_eval *eval,
                             const struct pg_entries *entries)
{
    static const char *const heads[] = {"STATE",      "ENTRY",        "HOST AND PATH", "TO",
                                        "CONTROLLER", "FROM OUTSIDE", "TO BACKEND",    "WHERE"};
    struct sheet sheet = {out, eval, pg_eval_cluster(eval), pg_arena_new(), entries};
    struct pg_report_table table = pg_report_table(sheet.arena, 8);
    pg_report_head(out, eval);
    pg_report_table_row(&table);
    for (int i = 0; i < 8; i++)
        pg_report_table_set(&table, i, heads[i]);
    for (uint32_t i = 0; i < entries->n; i++)
        add_row(&sheet, &table, &entries->v[i]);
    if (entries->n > 0)
        pg_report_table_print(out, &table, 0);
    else
        pg_buf_puts(out, "no entry: no Ingress and no Route of a Gateway\n");
    for (uint32_t i = 0; i < entries->n; i++) {
        if (entries->v[i].state != PG_ENTRY_REACHABLE || entries->v[i].nnotes > 0)
            print_reason(&sheet, &entries->v[i]);
    }
    if (entries->n > 0 || entries->nmesh > 0)
        print_counts(&sheet);
    pg_report_foot(out, eval);
    pg_arena_free(sheet.arena);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static void write_hop(struct pg_json *json, const char *key, const struct pg_hop *hop)
{
    if (!hop->asked) {
        pg_json_null(json, key);
        return;
    }
    pg_json_object(json, key, false);
    pg_json_text(json, "verdict", pg_verdict_name(hop->verdict));
    pg_json_text(json, "sentence", hop->why->sentence);
    pg_json_end(json);
}

static void write_controller(const struct sheet *sheet, struct pg_json *json,
                             const struct pg_entry *entry)
{
    pg_json_object(json, "controller", false);
    if (entry->controller)
        pg_json_text(json, "name", entry->controller);
    else
        pg_json_null(json, "name");
    pg_json_array(json, "pods", true);
    for (uint32_t i = 0; i < entry->npods; i++) {
        struct pg_end end = {.kind = PG_END_POD, .index = entry->pods[i]};
        struct pg_buf name = {0};
        pg_end_print(&name, sheet->eval, &end);
        pg_json_text(json, NULL, pg_buf_text(&name));
        pg_buf_free(&name);
    }
    pg_json_end(json);
    pg_json_end(json);
}

static void write_backend(const struct sheet *sheet, struct pg_json *json,
                          const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    pg_json_object(json, "backend", true);
    pg_report_json_str(json, "kind", sheet->cluster, route->backend_kind);
    pg_report_json_str(json, "namespace", sheet->cluster, route->backend_ns);
    pg_report_json_str(json, "name", sheet->cluster, route->backend);
    if (entry->port != 0 || route->port != 0)
        pg_json_int(json, "port", entry->port != 0 ? entry->port : route->port);
    else
        pg_json_null(json, "port");
    pg_json_text(json, "protocol", pg_protocol_name((enum pg_protocol)route->protocol));
    pg_json_end(json);
}

static void write_parent(const struct sheet *sheet, struct pg_json *json,
                         const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    if (entry->parent == PG_NONE) {
        pg_report_json_str(json, "class", sheet->cluster, route->class_name);
        return;
    }
    const struct pg_parent *parent = &route->parents[entry->parent];
    pg_json_object(json, "gateway", true);
    pg_report_json_str(json, "namespace", sheet->cluster, parent->ns);
    pg_report_json_str(json, "name", sheet->cluster, parent->name);
    pg_report_json_str(json, "listener", sheet->cluster, parent->section);
    pg_json_end(json);
}

static void write_entry(const struct sheet *sheet, struct pg_json *json,
                        const struct pg_entry *entry)
{
    const struct pg_route *route = route_of(sheet, entry);
    pg_json_object(json, NULL, false);
    pg_report_json_str(json, "kind", sheet->cluster, route->kind);
    pg_report_json_str(json, "namespace", sheet->cluster,
                       sheet->cluster->namespaces[route->ns].name);
    pg_report_json_str(json, "name", sheet->cluster, route->name);
    write_parent(sheet, json, entry);
    pg_json_text(json, "host", route->host);
    pg_json_text(json, "path", route->path);
    write_backend(sheet, json, entry);
    write_controller(sheet, json, entry);
    pg_json_text(json, "state", pg_entry_state_name(entry->state));
    pg_json_text(json, "reason", entry->reason);
    write_hop(json, "outside", &entry->outside);
    write_hop(json, "inside", &entry->inside);
    pg_json_array(json, "notes", true);
    for (uint32_t i = 0; i < entry->nnotes; i++)
        pg_json_text(json, NULL, entry->notes[i]);
    pg_json_end(json);
    pg_report_json_loc(json, sheet->cluster, route->loc);
    pg_json_end(json);
}

void pg_report_entries_json(struct pg_buf *out, struct pg_eval *eval,
                            const struct pg_entries *entries)
{
    struct sheet sheet = {out, eval, pg_eval_cluster(eval), NULL, entries};
    struct pg_json json = pg_report_begin(out, "Entries", eval);
    pg_json_array(&json, "entries", false);
    for (uint32_t i = 0; i < entries->n; i++)
        write_entry(&sheet, &json, &entries->v[i]);
    pg_json_end(&json);
    pg_json_int(&json, "mesh", entries->nmesh);
    pg_json_end(&json);
    pg_json_finish(&json);
}
