/* The numbers of a grid, counted again pair by pair. */
#include <inttypes.h>
#include <string.h>

#include "check.h"

/* The port sets of a count, beside its numbers. */
struct counted {
    struct pg_count n;
    uint64_t sure_some, sure_all, possible_some;
    bool vague; /* what is isolated, among pairs without a route */
};

static int end_of_pod(const struct check *check, uint32_t pod)
{
    for (int i = 0; i < check->nends; i++) {
        if (check->ends[i].kind == SLOW_POD && check->program_ends[i].index == pod)
            return i;
    }
    return -1;
}

/* The ends of an item: its pods, or one of the world's outside addresses that is in its group; none if
   no address of the world is. */
static int ends_of_item(const struct check *check, const struct pg_item *item, int ends[W_ENDS])
{
    int n = 0;
    if (item->kind == PG_ITEM_OUTSIDE) {
        for (int i = 0; i < check->nends && n == 0; i++) {
            if (check->ends[i].kind == SLOW_OUTSIDE && item->nshares == 1 &&
                pg_eval_class_of(check->eval, &check->program_ends[i]) == item->shares[0].class)
                ends[n++] = i;
        }
        return n;
    }
    for (uint32_t s = 0; s < item->nshares; s++) {
        for (uint32_t p = 0; p < item->shares[s].npods && n < W_ENDS; p++) {
            int end = end_of_pod(check, item->shares[s].pods[p]);
            if (end >= 0)
                ends[n++] = end;
        }
    }
    return n;
}

static void count_outcome(struct counted *counted, const struct slow_cell *cell, uint64_t lens)
{
    struct pg_count *n = &counted->n;
    uint64_t sure = cell->both.sure & lens, possible = cell->both.possible & lens;
    bool out = (cell->sides[W_EGRESS].possible & lens) != 0;
    bool in = (cell->sides[W_INGRESS].possible & lens) != 0;
    if (sure != 0) {
        n->allowed++;
        n->every += sure == lens;
        n->partly_unknown += sure != possible;
    } else if (possible != 0) {
        n->unknown++;
    } else if (cell->no_route || out == in) {
        n->denied_both++;
    } else {
        n->denied_egress += !out;
        n->denied_ingress += !in;
    }
}

static void count_pair(const struct check *check, int from, int to, uint64_t lens,
                       struct counted *counted)
{
    if (check->ends[from].kind == SLOW_OUTSIDE && check->ends[to].kind == SLOW_OUTSIDE)
        return;
    if (slow_is_self(check->world, check->ends[from], check->ends[to]))
        return;
    struct slow_cell cell = check_slow_cell(check, from, to, true, 0);
    count_outcome(counted, &cell, lens);
    struct pg_count *n = &counted->n;
    bool first = n->pairs++ == 0;
    bool out = cell.isolated[W_EGRESS], in = cell.isolated[W_INGRESS];
    for (int dir = 0; dir < 2 && cell.no_route; dir++)
        counted->vague = counted->vague || (cell.side[dir].present && !cell.side[dir].plain);
    n->open += !out && !in;
    n->source_isolated += out;
    n->destination_isolated += in;
    uint64_t sure = cell.both.sure & lens;
    counted->sure_some |= sure;
    counted->sure_all = first ? sure : counted->sure_all & sure;
    counted->possible_some |= cell.both.possible & lens;
}

static void compare(struct check *check, const char *name, const struct counted *slow,
                    const struct pg_count *program)
{
    const struct pg_count *n = &slow->n;
    const struct {
        const char *what;
        uint64_t slow, program;
    } numbers[] = {
        {"pairs", n->pairs, program->pairs},
        {"allowed", n->allowed, program->allowed},
        {"every", n->every, program->every},
        {"partly_unknown", n->partly_unknown, program->partly_unknown},
        {"unknown", n->unknown, program->unknown},
        {"denied_egress", n->denied_egress, program->denied_egress},
        {"denied_ingress", n->denied_ingress, program->denied_ingress},
        {"denied_both", n->denied_both, program->denied_both},
        {"open", n->open, program->open},
        {"source_isolated", n->source_isolated, program->source_isolated},
        {"destination_isolated", n->destination_isolated, program->destination_isolated},
    };
    size_t count = sizeof numbers / sizeof *numbers;
    for (size_t i = 0; i < (slow->vague ? count - 3 : count); i++) {
        check->ncompared++;
        if (numbers[i].slow != numbers[i].program)
            check_differs(check, "%s: %s is %" PRIu64 ", not %" PRIu64, name, numbers[i].what,
                          numbers[i].program, numbers[i].slow);
    }
    check_masks(check, name, "sure_some", slow->sure_some, check_mask(check, program->sure_some));
    check_masks(check, name, "sure_all", slow->sure_all, check_mask(check, program->sure_all));
    check_masks(check, name, "possible_some", slow->possible_some,
                check_mask(check, program->possible_some));
}

/* Every pod stands on an axis once, under the item that it belongs to. */
static void check_axis(struct check *check,
                       const struct pg_item *(*item_at)(const struct pg_grid *, uint32_t),
                       const struct pg_grid *grid, uint32_t n)
{
    unsigned seen = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_item *item = item_at(grid, i);
        if (item->kind == PG_ITEM_OUTSIDE)
            continue;
        uint32_t npods = 0;
        for (uint32_t s = 0; s < item->nshares; s++) {
            npods += item->shares[s].npods;
            for (uint32_t p = 0; p < item->shares[s].npods; p++) {
                uint32_t pod = item->shares[s].pods[p];
                const struct pg_pod *source = &check->cluster->pods[pod];
                uint32_t owner = item->kind == PG_ITEM_NAMESPACE  ? source->ns
                                 : item->kind == PG_ITEM_WORKLOAD ? source->workload
                                                                  : pod;
                if (owner != item->index || (seen >> pod & 1) != 0)
                    check_differs(check, "pod %d is under %s", (int)pod, item->full);
                seen |= 1u << pod;
            }
        }
        if (npods != item->npods)
            check_differs(check, "%s has %d pods, not %d", item->full, (int)item->npods, (int)npods);
    }
    if (seen != (1u << check->cluster->npods) - 1)
        check_differs(check, "an axis lacks pods: %x", seen);
}

static void check_cells(struct check *check, struct pg_grid *grid, uint64_t lens)
{
    for (uint32_t row = 0; row < pg_grid_nrows(grid); row++) {
        for (uint32_t column = 0; column < pg_grid_ncolumns(grid); column++) {
            const struct pg_item *from = pg_grid_row(grid, row), *to = pg_grid_column(grid, column);
            int a[W_ENDS], b[W_ENDS];
            int na = ends_of_item(check, from, a), nb = ends_of_item(check, to, b);
            struct counted slow = {0};
            for (int i = 0; i < na; i++) {
                for (int k = 0; k < nb; k++)
                    count_pair(check, a[i], b[k], lens, &slow);
            }
            if ((from->kind == PG_ITEM_OUTSIDE && na == 0) ||
                (to->kind == PG_ITEM_OUTSIDE && nb == 0))
                continue;
            char name[200];
            snprintf(name, sizeof name, "grid %.80s -> %.80s", from->full, to->full);
            compare(check, name, &slow, pg_grid_cell(grid, row, column));
        }
    }
}

pg_ports check_lens(struct check *check, uint64_t *mask)
{
    *mask = check->all;
    if (!w_random_chance(&check->random, 40))
        return PG_PORTS_ALL;
    int a = (int)w_random_below(&check->random, (uint32_t)check->natoms);
    if (check->atoms[a].protocol == W_ICMP) /* what grids do not show */
        a = 0;
    const struct atom *atom = &check->atoms[a];
    *mask = UINT64_C(1) << a;
    return pg_portset_range(pg_eval_portsets(check->eval), (enum pg_protocol)atom->protocol,
                            (uint32_t)atom->first, (uint32_t)atom->last);
}

void check_grids(struct check *check, int count)
{
    for (int i = 0; i < count; i++) {
        struct pg_axis axis[2];
        for (int k = 0; k < 2; k++)
            axis[k] = (struct pg_axis){.level = (enum pg_level)w_random_below(&check->random, 3),
                                       .ns = PG_NONE,
                                       .workload = PG_NONE,
                                       .outside = w_random_chance(&check->random, 50),
                                       .empty = w_random_chance(&check->random, 50)};
        uint64_t lens;
        pg_ports ports = check_lens(check, &lens);
        struct pg_grid *grid = pg_grid_new(check->eval, &axis[0], &axis[1], ports);
        check_axis(check, pg_grid_row, grid, pg_grid_nrows(grid));
        check_axis(check, pg_grid_column, grid, pg_grid_ncolumns(grid));
        check_cells(check, grid, lens);
        pg_grid_free(grid);
    }
}
