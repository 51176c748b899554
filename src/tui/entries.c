/*
 * In the panel of a cell from outside the cluster to a namespace: the Ingresses and Routes that lead there.
 */
#include "app.h"

#include <inttypes.h>

#include "polgrid/entry.h"

/* Lines of the list; what is left out is counted. */
#define ENTRIES_MAX 6

static enum pg_role role_of(enum pg_entry_state state)
{
    switch (state) {
    case PG_ENTRY_REACHABLE: return PG_ROLE_ALL;
    case PG_ENTRY_BLOCKED: return PG_ROLE_WARN;
    case PG_ENTRY_MIXED:
    case PG_ENTRY_UNKNOWN: break;
    }
    return PG_ROLE_UNKNOWN;
}

static void put_entry(struct pg_lines *lines, const struct pg_cluster *cluster,
                      const struct pg_entry *entry)
{
    const struct pg_route *route = &cluster->routes[entry->route];
    struct pg_buf place = {0};
    pg_words_loc(&place, cluster, route->loc, lines->width - 6);
    pg_lines_open(lines);
    pg_lines_addf(lines, role_of(entry->state), "%-9s", pg_entry_state_name(entry->state));
    pg_lines_addf(lines, PG_ROLE_TEXT, "  %s %s -> %s%s", pg_cluster_text(cluster, route->kind),
                  pg_cluster_text(cluster, route->name), *route->host ? route->host : "*",
                  route->path);
    pg_lines_loc(lines, route->loc);
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_DIM, "      svc/%s  by %s",
                  pg_cluster_text(cluster, route->backend),
                  entry->controller ? entry->controller : "an unknown controller");
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_DIM, "      %s", pg_buf_text(&place));
    pg_buf_free(&place);
}

/* The address that the row stands for. */
static struct pg_end client_of(const struct pg_eval *eval, const struct pg_item *item)
{
    const struct pg_class *class = pg_eval_class(eval, item->index);
    return (struct pg_end){.kind = PG_END_ADDR, .addr = class->addr[class->addr[0].family == 0]};
}

void pg_panel_entries(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof)
{
    const struct pg_item *from = proof->items[PG_FROM], *to = proof->items[PG_TO];
    const struct pg_cluster *cluster = app->world->cluster;
    if (cluster->nroutes == 0 || from->kind != PG_ITEM_OUTSIDE || to->kind != PG_ITEM_NAMESPACE)
        return;
    struct pg_arena *scratch = pg_arena_new();
    struct pg_end client = client_of(app->world->eval, from);
    struct pg_entry_clients clients = {.v = &client, .n = 1};
    struct pg_entry_filter filter = {.ns = PG_NONE, .backend_ns = to->index};
    struct pg_entries entries = pg_entries_find(scratch, app->world->eval, &clients, &filter);
    if (entries.n > 0) {
        pg_lines_open(lines);
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_HEADING, "ENTRIES ");
        pg_lines_addf(lines, PG_ROLE_TEXT, "%" PRIu32 "   by Ingress and Gateway", entries.n);
    }
    for (uint32_t i = 0; i < entries.n && i < ENTRIES_MAX; i++)
        put_entry(lines, cluster, &entries.v[i]);
    if (entries.n > ENTRIES_MAX) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "  and %" PRIu32 " more: polgrid entries",
                      entries.n - ENTRIES_MAX);
    }
    pg_arena_free(scratch);
}
