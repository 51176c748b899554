#include "app.h"

#include <stdlib.h>
#include <string.h>

unsigned pg_gridview_vertical(const struct pg_gridview *view)
{
    return view->swapped ? PG_TO : PG_FROM;
}

unsigned pg_gridview_horizontal(const struct pg_gridview *view)
{
    return view->swapped ? PG_FROM : PG_TO;
}

uint32_t pg_gridview_nitems(const struct pg_gridview *view, unsigned axis)
{
    return axis == PG_FROM ? pg_grid_nrows(view->grid) : pg_grid_ncolumns(view->grid);
}

const struct pg_item *pg_gridview_item(const struct pg_gridview *view, unsigned axis, uint32_t item)
{
    return axis == PG_FROM ? pg_grid_row(view->grid, item) : pg_grid_column(view->grid, item);
}

const struct pg_item *pg_gridview_shown(const struct pg_gridview *view, unsigned axis,
                                        uint32_t position)
{
    return pg_gridview_item(view, axis, view->order[axis][position]);
}

const struct pg_item *pg_gridview_cursor(const struct pg_gridview *view, unsigned axis)
{
    return view->n[axis] ? pg_gridview_shown(view, axis, view->at[axis]) : NULL;
}

bool pg_gridview_has_cell(const struct pg_gridview *view)
{
    return view->n[PG_FROM] > 0 && view->n[PG_TO] > 0;
}

const struct pg_count *pg_gridview_count(struct pg_gridview *view, uint32_t from, uint32_t to)
{
    return pg_grid_cell(view->grid, view->order[PG_FROM][from], view->order[PG_TO][to]);
}

/* --- what a cell shows ---------------------------------------------------------------------------- */

/* Where one cell holds pairs of several kinds, the most open of them is what one looks for. */
static char open_glyph(const struct pg_count *count)
{
    if (count->pairs == 0)
        return ' ';
    uint64_t isolated = count->pairs - count->open;
    uint64_t both = count->source_isolated + count->destination_isolated - isolated;
    if (count->open)
        return 'o';
    if (count->source_isolated > both)
        return '<';
    if (count->destination_isolated > both)
        return '>';
    return count->allowed ? '#' : count->unknown ? '?' : '.';
}

char pg_gridview_glyph(const struct pg_gridview *view, const struct pg_count *count)
{
    switch (view->lens) {
    case PG_LENS_VERDICT: return pg_grid_verdict_glyph(view->grid, count);
    case PG_LENS_OPEN: return open_glyph(count);
    default: return pg_grid_glyph(count);
    }
}

enum pg_role pg_gridview_role(const struct pg_gridview *view, const struct pg_count *count)
{
    char glyph = pg_gridview_glyph(view, count);
    if (glyph == ' ')
        return PG_ROLE_NONE;
    if (glyph == '?')
        return PG_ROLE_UNKNOWN;
    if (glyph == 'e' || glyph == 'i' || glyph == 'x')
        return PG_ROLE_DENY;
    if (count->allowed == 0)
        return PG_ROLE_NONE;
    if (count->open)
        return PG_ROLE_OPEN;
    if (count->allowed == count->pairs)
        return PG_ROLE_ALL;
    return count->allowed * 2 < count->pairs ? PG_ROLE_LOW : PG_ROLE_SOME;
}

uint64_t pg_gridview_value(const struct pg_gridview *view, const struct pg_count *count)
{
    uint64_t value = (unsigned char)pg_gridview_glyph(view, count);
    if (view->lens == PG_LENS_VERDICT)
        value |= (uint64_t)count->sure_some << 8 | (uint64_t)count->sure_all << 36;
    return value;
}

const char *pg_gridview_lens_name(enum pg_lens lens)
{
    static const char *const names[PG_NLENSES] = {"reach", "verdict", "open"};
    return names[lens];
}

const char *pg_gridview_sort_name(enum pg_sort sort)
{
    static const char *const names[PG_NSORTS] = {"cluster", "name", "pods", "isolation"};
    return names[sort];
}

/* --- order and filter ----------------------------------------------------------------------------- */

struct sort_key {
    uint64_t first; /* compared before the name */
    const char *name;
    uint32_t item;
    bool by_name;
};

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    int order = a->by_name ? strcmp(a->name, b->name) : 0;
    if (order)
        return order;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* Pods of an item that a policy isolates where the axis looks: sources leaving, destinations let in. */
static uint32_t isolated_pods(const struct pg_eval *eval, const struct pg_item *item, unsigned axis)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < item->nshares; i++) {
        const struct pg_class *class = pg_eval_class(eval, item->shares[i].class);
        if (class->isolated[axis == PG_FROM ? PG_EGRESS : PG_INGRESS])
            n += item->shares[i].npods;
    }
    return n;
}

static struct sort_key sort_key(const struct pg_gridview *view, unsigned axis, uint32_t index)
{
    const struct pg_item *item = pg_gridview_item(view, axis, index);
    struct sort_key key = {.name = item->name, .item = index};
    key.by_name = view->sort == PG_SORT_NAME;
    if (item->kind == PG_ITEM_OUTSIDE)
        key.first = UINT64_MAX; /* the outside stays at the end */
    else if (view->sort == PG_SORT_PODS)
        key.first = UINT32_MAX - (uint64_t)item->npods;
    else if (view->sort == PG_SORT_ISOLATION)
        key.first = UINT32_MAX -
                    (uint64_t)(item->npods - isolated_pods(pg_grid_eval(view->grid), item, axis));
    return key;
}

static void arrange_axis(struct pg_gridview *view, unsigned axis)
{
    const struct pg_eval *eval = pg_grid_eval(view->grid);
    uint32_t nitems = pg_gridview_nitems(view, axis), n = 0;
    struct sort_key *keys = pg_arena_array(view->order_arena, nitems + 1u, sizeof *keys);
    for (uint32_t i = 0; i < nitems; i++) {
        const struct pg_item *item = pg_gridview_item(view, axis, i);
        if (!view->filter || pg_filter_item(view->filter, eval, item, axis))
            keys[n++] = sort_key(view, axis, i);
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    view->order[axis] = pg_arena_array(view->order_arena, n + 1u, sizeof *view->order[axis]);
    for (uint32_t i = 0; i < n; i++)
        view->order[axis][i] = keys[i].item;
    view->n[axis] = n;
    view->hidden[axis] = nitems - n;
}

static void most(int *value, int other)
{
    if (other > *value)
        *value = other;
}

/* Of all items, not of those on the screen: what scrolls must not jump sideways. */
static void measure(struct pg_gridview *view, unsigned axis)
{
    uint32_t pods = 1;
    view->label[axis] = view->note[axis] = 0;
    for (uint32_t i = 0; i < view->n[axis]; i++) {
        const struct pg_item *item = pg_gridview_shown(view, axis, i);
        if (view->label[axis] < 40)
            most(&view->label[axis], pg_frame_text_width(item->name));
        if (*item->note && view->note[axis] < 12)
            most(&view->note[axis], pg_frame_text_width(item->note));
        pods = item->npods > pods ? item->npods : pods;
    }
    for (view->digits[axis] = 1; pods >= 10; pods /= 10)
        view->digits[axis]++;
}

bool pg_gridview_go(struct pg_gridview *view, unsigned axis, uint32_t item)
{
    for (uint32_t i = 0; i < view->n[axis]; i++) {
        if (view->order[axis][i] == item) {
            view->at[axis] = i;
            return true;
        }
    }
    return false;
}

static void keep_cursor(struct pg_gridview *view, unsigned axis, uint32_t item)
{
    if (!pg_gridview_go(view, axis, item) && view->at[axis] >= view->n[axis])
        view->at[axis] = view->n[axis] ? view->n[axis] - 1 : 0;
}

static uint32_t cursor_item(const struct pg_gridview *view, unsigned axis)
{
    return view->n[axis] ? view->order[axis][view->at[axis]] : UINT32_MAX;
}

void pg_gridview_arrange(struct pg_tui *app, struct pg_gridview *view)
{
    uint32_t items[2] = {cursor_item(view, PG_FROM), cursor_item(view, PG_TO)};
    if (app->job.view == view)
        pg_move_stop(app);
    pg_arena_reset(view->order_arena);
    view->has[PG_FROM] = view->has[PG_TO] = NULL;
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        arrange_axis(view, axis);
        keep_cursor(view, axis, items[axis]);
        measure(view, axis);
    }
    if (view->filter && pg_filter_has_cells(view->filter))
        pg_move_filter(app, view);
}

void pg_gridview_settle(struct pg_gridview *view)
{
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        uint32_t item = cursor_item(view, axis), n = 0;
        for (uint32_t i = 0; i < view->n[axis]; i++) {
            if (view->has[axis][i])
                view->order[axis][n++] = view->order[axis][i];
        }
        view->hidden[axis] += view->n[axis] - n;
        view->n[axis] = n;
        keep_cursor(view, axis, item);
    }
}

/* --- life ----------------------------------------------------------------------------------------- */

static uint32_t count_empty(const struct pg_cluster *cluster, const struct pg_axis *axis)
{
    uint32_t n = 0;
    if (axis->level != PG_LEVEL_NAMESPACE || axis->empty)
        return 0;
    for (uint32_t i = 0; i < cluster->nnamespaces; i++)
        n += cluster->namespaces[i].npods == 0;
    return n;
}

static uint32_t members_behind(const struct pg_item *item)
{
    return item->nmembers > 0 ? item->nmembers - 1 : 0;
}

static void lay_out(struct pg_tui *app, struct pg_gridview *view)
{
    struct pg_eval *eval = app->world->eval;
    pg_ports ports;
    if (!pg_words_parse_ports(pg_eval_portsets(eval), view->ports_text, &ports))
        ports = PG_PORTS_ALL;
    view->grid = pg_grid_new(eval, &view->axes[PG_FROM], &view->axes[PG_TO], ports);
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
        view->empty[axis] = count_empty(app->world->cluster, &view->axes[axis]);
    view->folded[PG_FROM] = view->folded[PG_TO] = 0;
    for (uint32_t i = 0; i < pg_grid_nrows(view->grid); i++)
        view->folded[PG_FROM] += members_behind(pg_grid_row(view->grid, i));
    for (uint32_t i = 0; i < pg_grid_ncolumns(view->grid); i++)
        view->folded[PG_TO] += members_behind(pg_grid_column(view->grid, i));
}

struct pg_gridview *pg_gridview_new(struct pg_tui *app, const struct pg_axis axes[2],
                                    const char *ports_text)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_gridview *view = pg_arena_alloc(arena, sizeof *view);
    view->arena = arena;
    view->order_arena = pg_arena_new();
    view->filter_arena = pg_arena_new();
    view->axes[PG_FROM] = axes[PG_FROM];
    view->axes[PG_TO] = axes[PG_TO];
    snprintf(view->base_ports, sizeof view->base_ports, "%s", ports_text);
    snprintf(view->ports_text, sizeof view->ports_text, "%s", ports_text);
    bool groups =
        axes[PG_FROM].level == PG_LEVEL_NAMESPACE && axes[PG_TO].level == PG_LEVEL_NAMESPACE;
    view->lens = groups ? PG_LENS_REACH : PG_LENS_VERDICT;
    lay_out(app, view);
    pg_gridview_arrange(app, view);
    return view;
}

void pg_gridview_free(struct pg_gridview *view)
{
    pg_map_free(&view->half);
    pg_grid_free(view->grid);
    pg_arena_free(view->order_arena);
    pg_arena_free(view->filter_arena);
    pg_arena_free(view->arena);
}

/* Whether an item has that full name, or has it folded in. */
static bool has_name(const struct pg_cluster *cluster, const struct pg_item *item, const char *full)
{
    if (strcmp(item->full, full) == 0)
        return true;
    for (uint32_t i = 1; i < item->nmembers; i++)
        if (strcmp(pg_cluster_text(cluster, cluster->namespaces[item->members[i]].name), full) == 0)
            return true;
    return false;
}

void pg_gridview_rebuild(struct pg_tui *app, struct pg_gridview *view)
{
    const struct pg_item *old[2];
    struct pg_arena *arena = pg_arena_new();
    const char *names[2] = {NULL, NULL};
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        old[axis] = pg_gridview_cursor(view, axis);
        if (old[axis])
            names[axis] = pg_arena_strdup(arena, old[axis]->full);
    }
    pg_proof_drop(app);
    if (app->job.view == view)
        pg_move_stop(app);
    pg_grid_free(view->grid);
    pg_map_free(&view->half);
    view->half = (struct pg_map){0};
    lay_out(app, view);
    view->n[PG_FROM] = view->n[PG_TO] = 0; /* the old order is about other items */
    pg_gridview_arrange(app, view);
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        for (uint32_t i = 0; names[axis] && i < view->n[axis]; i++) {
            if (has_name(app->world->cluster, pg_gridview_shown(view, axis, i), names[axis]))
                view->at[axis] = i;
        }
    }
    pg_arena_free(arena);
}

bool pg_gridview_filter(struct pg_tui *app, struct pg_gridview *view, const char *text,
                        unsigned axis, struct pg_err *err)
{
    char ports[PG_PORTS_TEXT];
    pg_ports set;
    struct pg_arena *arena = pg_arena_new();
    text = text ? text : "";
    struct pg_filter *filter = pg_filter_parse(arena, text, axis, err);
    bool asks = filter && pg_filter_ports(filter, ports);
    struct pg_portsets *sets = pg_eval_portsets(app->world->eval);
    if (!filter || (asks && !pg_words_parse_ports(sets, ports, &set))) {
        if (filter)
            pg_err_set(err, "port:8080, port:53/UDP, proto:udp");
        pg_arena_free(arena);
        return false;
    }
    bool any = text[strspn(text, " ")] != '\0';
    view->filter_text = any ? pg_arena_strdup(arena, text) : NULL;
    view->filter = any ? filter : NULL;
    view->filter_axis = axis;
    pg_arena_free(view->filter_arena);
    view->filter_arena = arena;
    if (!asks)
        snprintf(ports, sizeof ports, "%s", view->base_ports);
    if (strcmp(ports, view->ports_text) != 0) {
        snprintf(view->ports_text, sizeof view->ports_text, "%s", ports);
        pg_gridview_rebuild(app, view);
    } else {
        pg_gridview_arrange(app, view);
    }
    return true;
}
