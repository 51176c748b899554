#include "polgrid/grid.h"

#include <assert.h>

#include "inner.h"

static bool same_axis(const struct pg_axis *a, const struct pg_axis *b)
{
    return a->level == b->level && a->ns == b->ns && a->workload == b->workload &&
           a->outside == b->outside && a->empty == b->empty && a->fold == b->fold;
}

static bool folds(const struct pg_axis *axis)
{
    return axis->fold && axis->level == PG_LEVEL_NAMESPACE;
}

struct pg_grid *pg_grid_new(struct pg_eval *eval, const struct pg_axis *rows,
                            const struct pg_axis *columns, pg_ports ports)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_grid *grid = pg_arena_alloc(arena, sizeof *grid);
    grid->arena = arena;
    grid->eval = eval;
    grid->ports = ports;
    struct pg_axis both[2] = {*rows, *columns};
    /* What is folded meets itself only where the other axis is folded alike. */
    bool fold = folds(rows) && folds(columns);
    both[0].fold = both[1].fold = fold;
    grid->rows = pg_grid_lay_out(arena, eval, &both[0]);
    /* Nearly always both are the same; at ten thousand namespaces it is worth not to do it twice. */
    grid->columns =
        same_axis(&both[0], &both[1]) ? grid->rows : pg_grid_lay_out(arena, eval, &both[1]);
    return grid;
}

void pg_grid_free(struct pg_grid *grid)
{
    if (!grid)
        return;
    pg_map_free(&grid->cells);
    pg_map_free(&grid->places_of);
    pg_arena_free(grid->arena);
}

struct pg_eval *pg_grid_eval(const struct pg_grid *grid)
{
    return grid->eval;
}

pg_ports pg_grid_ports(const struct pg_grid *grid)
{
    return grid->ports;
}

uint32_t pg_grid_nrows(const struct pg_grid *grid)
{
    return grid->rows.n;
}

uint32_t pg_grid_ncolumns(const struct pg_grid *grid)
{
    return grid->columns.n;
}

const struct pg_item *pg_grid_row(const struct pg_grid *grid, uint32_t row)
{
    assert(row < grid->rows.n);
    return &grid->rows.v[row];
}

const struct pg_item *pg_grid_column(const struct pg_grid *grid, uint32_t column)
{
    assert(column < grid->columns.n);
    return &grid->columns.v[column];
}

/* --- counting ------------------------------------------------------------------------------------ */

struct tally {
    struct pg_grid *grid;
    struct pg_count *count;
};

static void tally_allowed(struct tally *tally, const struct pg_meeting *meeting)
{
    struct pg_count *count = tally->count;
    count->allowed += meeting->pairs;
    if (meeting->sure == tally->grid->ports)
        count->every += meeting->pairs;
    if (meeting->sure != meeting->possible)
        count->partly_unknown += meeting->pairs;
}

static void tally_outcome(struct tally *tally, const struct pg_meeting *meeting)
{
    struct pg_count *count = tally->count;
    switch (pg_grid_outcome(tally->grid, meeting)) {
    case PG_OUTCOME_ALLOWED: tally_allowed(tally, meeting); break;
    case PG_OUTCOME_UNKNOWN: count->unknown += meeting->pairs; break;
    case PG_OUTCOME_DENIED_EGRESS: count->denied_egress += meeting->pairs; break;
    case PG_OUTCOME_DENIED_INGRESS: count->denied_ingress += meeting->pairs; break;
    case PG_OUTCOME_DENIED_BOTH: count->denied_both += meeting->pairs; break;
    }
}

static void tally_meeting(void *context, const struct pg_meeting *meeting)
{
    struct tally *tally = context;
    struct pg_count *count = tally->count;
    struct pg_portsets *sets = pg_eval_portsets(tally->grid->eval);
    bool first = count->pairs == 0;
    count->pairs += meeting->pairs;
    tally_outcome(tally, meeting);

    bool out = meeting->cell.sides[PG_EGRESS].isolated;
    bool in = meeting->cell.sides[PG_INGRESS].isolated;
    count->open += out || in ? 0 : meeting->pairs;
    count->source_isolated += out ? meeting->pairs : 0;
    count->destination_isolated += in ? meeting->pairs : 0;

    count->sure_some = pg_portset_union(sets, count->sure_some, meeting->sure);
    count->possible_some = pg_portset_union(sets, count->possible_some, meeting->possible);
    count->sure_all =
        first ? meeting->sure : pg_portset_intersect(sets, count->sure_all, meeting->sure);
}

static struct pg_count *new_count(struct pg_grid *grid, uint64_t key)
{
    if (grid->counts.n < PG_GRID_CELLS) {
        struct pg_count *count = pg_arena_alloc(grid->arena, sizeof *count);
        pg_map_put(&grid->cells, key, grid->counts.n);
        pg_vec_push(grid->arena, &grid->counts, count);
        return count;
    }
    if (!grid->ring)
        grid->ring = pg_arena_array(grid->arena, PG_GRID_RING, sizeof *grid->ring);
    struct pg_count *count = &grid->ring[grid->ring_next++ % PG_GRID_RING];
    *count = (struct pg_count){0};
    return count;
}

const struct pg_count *pg_grid_cell(struct pg_grid *grid, uint32_t row, uint32_t column)
{
    uint64_t key = PG_MAP_PAIR(row, column);
    const uint32_t *known = pg_map_get(&grid->cells, key);
    if (known)
        return grid->counts.v[*known];
    struct tally tally = {grid, new_count(grid, key)};
    pg_grid_meet_crowds(grid, row, column, tally_meeting, &tally);
    return tally.count;
}

/* --- glyphs -------------------------------------------------------------------------------------- */

char pg_grid_glyph(const struct pg_count *count)
{
    if (count->pairs == 0)
        return ' ';
    if (count->allowed == count->pairs)
        return '#';
    if (count->unknown > 0) /* a tenth would hide that something was not evaluated */
        return '?';
    if (count->allowed == 0)
        return '.';
    uint64_t tenths = count->allowed * 10 / count->pairs;
    return tenths == 0 ? '1' : (char)('0' + tenths);
}

char pg_grid_verdict_glyph(const struct pg_grid *grid, const struct pg_count *count)
{
    (void)grid;
    uint64_t pairs = count->pairs;
    if (pairs > 0) {
        if (count->allowed == pairs)
            return count->every == pairs ? '#' : '+';
        if (count->denied_egress == pairs)
            return 'e';
        if (count->denied_ingress == pairs)
            return 'i';
        if (count->denied_both == pairs)
            return 'x';
    }
    return pg_grid_glyph(count);
}
