/*
 * The whole matrix in a few numbers: how many pairs of pods have which answer, and on which ports.
 */
#include "polgrid/totals.h"

#include <stdlib.h>

#include "parts.h"

/* Lines of ports that the table has; the rest is one number. */
#define PG_PORT_LINES 20u

/* Pairs by what they are allowed within the lens. */
struct sums {
    uint64_t pairs, every, some, unknown, denied_egress, denied_ingress, denied_both;
};

/* A histogram as the lens sees it. */
struct view {
    struct pg_arena *arena;
    struct pg_eval *eval;
    pg_ports lens;
    struct sums sums;
    PG_VEC(struct pg_total) open; /* by ports that are surely allowed, no two alike */
};

static void add_open(struct view *view, pg_ports ports, uint64_t pairs)
{
    for (uint32_t i = 0; i < view->open.n; i++) {
        if (view->open.v[i].sure == ports) {
            view->open.v[i].pairs += pairs;
            return;
        }
    }
    pg_vec_push(view->arena, &view->open, ((struct pg_total){.sure = ports, .pairs = pairs}));
}

static void add_total(struct view *view, const struct pg_total *total)
{
    struct pg_portsets *sets = pg_eval_portsets(view->eval);
    pg_ports sure = pg_portset_intersect(sets, total->sure, view->lens);
    pg_ports possible = pg_portset_intersect(sets, total->possible, view->lens);
    struct sums *sums = &view->sums;
    sums->pairs += total->pairs;
    if (sure != PG_PORTS_NONE) {
        *(sure == view->lens ? &sums->every : &sums->some) += total->pairs;
        add_open(view, sure, total->pairs);
    } else if (possible != PG_PORTS_NONE) {
        sums->unknown += total->pairs;
    } else {
        *(total->out == total->in ? &sums->denied_both
          : total->out            ? &sums->denied_ingress
                                  : &sums->denied_egress) += total->pairs;
    }
}

/* Most pairs first; then as the sets were made, which follows the input. */
static int compare_open(const void *a, const void *b)
{
    const struct pg_total *x = a, *y = b;
    if (x->pairs != y->pairs)
        return x->pairs > y->pairs ? -1 : 1;
    return x->sure < y->sure ? -1 : x->sure > y->sure;
}

static struct view look(struct pg_arena *arena, struct pg_eval *eval, pg_ports lens)
{
    struct view view = {.arena = arena, .eval = eval, .lens = lens};
    struct pg_totals totals = pg_eval_totals(eval, arena, lens);
    for (uint32_t i = 0; i < totals.n; i++)
        add_total(&view, &totals.v[i]);
    if (view.open.n > 1)
        qsort(view.open.v, view.open.n, sizeof *view.open.v, compare_open);
    return view;
}

/* --- text ----------------------------------------------------------------------------------------- */

static void add_line(struct pg_report_table *table, const struct view *view, uint64_t pairs,
                     const char *what)
{
    struct pg_arena *arena = table->arena;
    double share = view->sums.pairs > 0 ? 100.0 * (double)pairs / (double)view->sums.pairs : 0;
    /* Only none is 0 %, and only all are 100 %. */
    if (pairs > 0 && share < 0.1)
        share = 0.1;
    if (pairs < view->sums.pairs && share > 99.9)
        share = 99.9;
    pg_report_table_row(table);
    pg_report_table_set(table, 0, pg_arena_printf(arena, "%llu", (unsigned long long)pairs));
    pg_report_table_set(table, 1, pg_arena_printf(arena, "%.1f%%", share));
    pg_report_table_set(table, 2, what);
}

static void print_sums(struct pg_buf *out, const struct view *view)
{
    const struct sums *sums = &view->sums;
    bool all = view->lens == PG_PORTS_ALL;
    struct pg_report_table table = pg_report_table(view->arena, 3);
    table.right[0] = table.right[1] = true;
    add_line(&table, view, sums->every, all ? "allowed on every port" : "allowed on all of these");
    add_line(&table, view, sums->some, all ? "allowed on some ports" : "allowed on some of these");
    add_line(&table, view, sums->unknown, "unknown");
    add_line(&table, view, sums->denied_egress, "denied: egress denies");
    add_line(&table, view, sums->denied_ingress, "denied: ingress denies");
    add_line(&table, view, sums->denied_both, "denied: both deny, or no address family in common");
    add_line(&table, view, sums->pairs, "pairs of pods, each with every other");
    pg_report_table_print(out, &table, 2);
}

static void print_open(struct pg_buf *out, const struct view *view)
{
    struct pg_report_table table = pg_report_table(view->arena, 3);
    struct pg_buf text = {0};
    uint64_t left = 0;
    table.right[0] = table.right[1] = true;
    for (uint32_t i = 0; i < view->open.n; i++) {
        if (i >= PG_PORT_LINES) {
            left += view->open.v[i].pairs;
            continue;
        }
        pg_buf_clear(&text);
        pg_portset_print(&text, pg_eval_portsets(view->eval), view->open.v[i].sure);
        add_line(&table, view, view->open.v[i].pairs, pg_buf_text(&text));
    }
    if (left > 0)
        add_line(&table, view, left, "other sets of ports; -o json lists them all");
    if (view->open.n > 0) {
        pg_buf_puts(out, "\nallowed, by ports:\n");
        pg_report_table_print(out, &table, 2);
    }
    pg_buf_free(&text);
}

void pg_report_totals_table(struct pg_buf *out, struct pg_eval *eval, pg_ports lens)
{
    struct pg_arena *arena = pg_arena_new();
    struct view view = look(arena, eval, lens);
    pg_report_head(out, eval);
    pg_report_title(out, eval, "Pairs of pods", lens);
    print_sums(out, &view);
    print_open(out, &view);
    pg_report_foot(out, eval);
    pg_arena_free(arena);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static void write_number(struct pg_json *json, const char *key, uint64_t n)
{
    pg_json_int(json, key, (int64_t)n);
}

void pg_report_totals_json(struct pg_buf *out, struct pg_eval *eval, pg_ports lens)
{
    struct pg_arena *arena = pg_arena_new();
    struct view view = look(arena, eval, lens);
    struct pg_json json = pg_report_begin(out, "Totals", eval);
    write_number(&json, "pairs", view.sums.pairs);
    write_number(&json, "allowed", view.sums.every + view.sums.some);
    write_number(&json, "everyPort", view.sums.every);
    write_number(&json, "unknown", view.sums.unknown);
    write_number(&json, "deniedByEgress", view.sums.denied_egress);
    write_number(&json, "deniedByIngress", view.sums.denied_ingress);
    write_number(&json, "deniedByBoth", view.sums.denied_both);
    pg_json_array(&json, "byPorts", false);
    for (uint32_t i = 0; i < view.open.n; i++) {
        pg_json_object(&json, NULL, true);
        write_number(&json, "pairs", view.open.v[i].pairs);
        if (view.open.v[i].sure == PG_PORTS_ALL)
            pg_json_bool(&json, "all", true);
        else
            pg_report_json_ports(&json, "ports", pg_eval_portsets(eval), view.open.v[i].sure);
        pg_json_end(&json);
    }
    pg_json_end(&json);
    pg_json_end(&json);
    pg_json_finish(&json);
    pg_arena_free(arena);
}
