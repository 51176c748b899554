#include "app.h"

#include <string.h>

#include "polgrid/text.h"

/* --- saving ---------------------------------------------------------------------------------------- */

static void save_axis(struct pg_place_axis *place, struct pg_arena *arena,
                      const struct pg_cluster *cluster, const struct pg_gridview *view,
                      unsigned which)
{
    const struct pg_axis *axis = &view->axes[which];
    uint32_t ns = axis->ns;
    *place = (struct pg_place_axis){
        .level = axis->level, .outside = axis->outside, .empty = axis->empty, .fold = axis->fold};
    if (axis->level == PG_LEVEL_POD && axis->workload != PG_NONE) {
        const struct pg_workload *workload = &cluster->workloads[axis->workload];
        ns = workload->ns;
        place->workload_kind = pg_arena_strdup(arena, pg_cluster_text(cluster, workload->kind));
        place->workload = pg_arena_strdup(arena, pg_cluster_text(cluster, workload->name));
    }
    if (axis->level != PG_LEVEL_NAMESPACE && ns != PG_NONE)
        place->ns = pg_arena_strdup(arena, pg_cluster_text(cluster, cluster->namespaces[ns].name));
    const struct pg_item *item = pg_gridview_cursor(view, which);
    if (item)
        place->item = pg_arena_strdup(arena, item->full);
}

void pg_place_save(struct pg_place *place, struct pg_arena *arena, const struct pg_tui *app,
                   const struct pg_gridview *view)
{
    *place = (struct pg_place){
        .swapped = view->swapped, .lens = view->lens, .sort = view->sort, .width = view->width};
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
        save_axis(&place->axes[axis], arena, app->world->cluster, view, axis);
    snprintf(place->ports_text, sizeof place->ports_text, "%s", view->base_ports);
    if (view->filter_text)
        place->filter_text = pg_arena_strdup(arena, view->filter_text);
    place->filter_axis = view->filter_axis;
}

/* --- opening --------------------------------------------------------------------------------------- */

static bool open_axis(const struct pg_cluster *cluster, const struct pg_place_axis *place,
                      struct pg_axis *axis)
{
    *axis = (struct pg_axis){.level = place->level,
                             .ns = PG_NONE,
                             .workload = PG_NONE,
                             .outside = place->outside,
                             .empty = place->empty,
                             .fold = place->fold};
    if (place->ns) {
        axis->ns = pg_cluster_find_namespace(cluster, place->ns);
        if (axis->ns == PG_NONE)
            return false;
    }
    if (place->workload) {
        axis->workload =
            pg_cluster_find_workload(cluster, axis->ns, place->workload_kind, place->workload);
        return axis->workload != PG_NONE;
    }
    return true;
}

/* Whether a namespace is folded into an item. */
static bool is_member(const struct pg_item *item, uint32_t ns)
{
    for (uint32_t i = 0; i < item->nmembers; i++)
        if (item->members[i] == ns)
            return true;
    return false;
}

/* The item of that full name, or that has it folded in; false where there is none. */
static bool find_item(const struct pg_cluster *cluster, const struct pg_gridview *view,
                      unsigned axis, const char *full, uint32_t *item)
{
    uint32_t ns = full ? pg_cluster_find_namespace(cluster, full) : PG_NONE;
    for (uint32_t i = 0; full && i < pg_gridview_nitems(view, axis); i++) {
        const struct pg_item *it = pg_gridview_item(view, axis, i);
        if (strcmp(it->full, full) == 0 || (it->nmembers > 0 && ns != PG_NONE && is_member(it, ns))) {
            *item = i;
            return true;
        }
    }
    return false;
}

struct pg_gridview *pg_place_open(struct pg_tui *app, const struct pg_place *place)
{
    struct pg_axis axes[2];
    struct pg_err err;
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        if (!open_axis(app->world->cluster, &place->axes[axis], &axes[axis]))
            return NULL;
    }
    struct pg_gridview *view = pg_gridview_new(app, axes, place->ports_text);
    view->swapped = place->swapped;
    view->lens = place->lens;
    view->sort = place->sort;
    view->width = place->width;
    pg_gridview_filter(app, view, place->filter_text, place->filter_axis, &err);
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        uint32_t item;
        if (find_item(app->world->cluster, view, axis, place->axes[axis].item, &item))
            pg_gridview_go(view, axis, item);
    }
    return view;
}

/* --- going to a name ------------------------------------------------------------------------------- */

static bool stands_for(const struct pg_item *item, uint32_t ns)
{
    return item->index == ns || is_member(item, ns);
}

/* What a name means; what is not known is PG_NONE. */
struct target {
    uint32_t ns, workload, pod;
    char outside[128]; /* an outside group, "" for none */
};

static bool find_named(const struct pg_cluster *cluster, uint32_t ns, const char *kind,
                       const char *name, struct target *target)
{
    for (uint32_t i = 0; i < cluster->nworkloads; i++) {
        const struct pg_workload *workload = &cluster->workloads[i];
        if ((ns != PG_NONE && workload->ns != ns) ||
            strcmp(pg_cluster_text(cluster, workload->name), name) != 0)
            continue;
        if (kind && pg_cluster_find_workload(cluster, workload->ns, kind, name) != i)
            continue;
        *target = (struct target){.ns = workload->ns, .workload = i, .pod = PG_NONE};
        return true;
    }
    for (uint32_t i = 0; !kind && i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        if ((ns == PG_NONE || pod->ns == ns) &&
            strcmp(pg_cluster_text(cluster, pod->name), name) == 0) {
            *target = (struct target){.ns = pod->ns, .workload = pod->workload, .pod = i};
            return true;
        }
    }
    return false;
}

/* NS, NS/NAME, NS/KIND/NAME, NAME. */
static bool resolve(const struct pg_cluster *cluster, const char *text, struct target *target)
{
    char copy[512];
    *target = (struct target){.ns = PG_NONE, .workload = PG_NONE, .pod = PG_NONE};
    snprintf(copy, sizeof copy, "%s", text);
    char *slash = strchr(copy, '/');
    if (!slash) {
        target->ns = pg_cluster_find_namespace(cluster, copy);
        return target->ns != PG_NONE || find_named(cluster, PG_NONE, NULL, copy, target);
    }
    *slash = '\0';
    uint32_t ns = pg_cluster_find_namespace(cluster, copy);
    char *name = slash + 1, *kind = NULL, *second = strchr(name, '/');
    if (second) {
        *second = '\0';
        kind = name;
        name = second + 1;
    }
    return ns != PG_NONE && find_named(cluster, ns, kind, name, target);
}

static bool resolve_addr(const struct pg_eval *eval, const char *text, struct target *target)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_addr addr;
    if (!pg_addr_parse(text, &addr, NULL))
        return false;
    uint32_t pod = pg_cluster_pod_at(cluster, addr);
    if (pod != PG_NONE) {
        *target = (struct target){
            .ns = cluster->pods[pod].ns, .workload = cluster->pods[pod].workload, .pod = pod};
        return true;
    }
    if (pg_cluster_node_at(cluster, addr) != PG_NONE)
        return false;
    struct pg_buf name = {0};
    pg_grid_outside_name(&name, eval, pg_eval_class_of_addr(eval, addr));
    snprintf(target->outside, sizeof target->outside, "%s", pg_buf_text(&name));
    pg_buf_free(&name);
    return true;
}

/* An outside group is an item of the opening screen; an address means the group that has it. */
static bool resolve_outside(struct pg_gridview *root, unsigned axis, const char *text,
                            const struct pg_eval *eval, struct target *target)
{
    for (uint32_t i = 0; i < pg_gridview_nitems(root, axis); i++) {
        const struct pg_item *item = pg_gridview_item(root, axis, i);
        if (item->kind == PG_ITEM_OUTSIDE && strcmp(item->name, text) == 0) {
            snprintf(target->outside, sizeof target->outside, "%s", text);
            return true;
        }
    }
    return resolve_addr(eval, text, target);
}

bool pg_place_known(struct pg_tui *app, unsigned axis, const char *name)
{
    struct target target;
    return resolve(app->world->cluster, name, &target) ||
           resolve_outside(app->stack[0]->grid, axis, name, app->world->eval, &target);
}

static void select_item(struct pg_gridview *view, unsigned axis, const struct target *target)
{
    for (uint32_t i = 0; i < pg_gridview_nitems(view, axis); i++) {
        const struct pg_item *item = pg_gridview_item(view, axis, i);
        bool here = (item->kind == PG_ITEM_NAMESPACE && stands_for(item, target->ns)) ||
                    (item->kind == PG_ITEM_WORKLOAD && item->index == target->workload) ||
                    (item->kind == PG_ITEM_POD && item->index == target->pod) ||
                    (item->kind == PG_ITEM_OUTSIDE && strcmp(item->name, target->outside) == 0);
        if (here && pg_gridview_go(view, axis, i))
            return;
    }
}

/* The axis that shows a target at a level, as far down as the target goes. */
static bool deepen(struct pg_axis *axis, const struct target *target, enum pg_level level)
{
    if (level == PG_LEVEL_WORKLOAD && target->workload != PG_NONE)
        *axis = (struct pg_axis){.level = level, .ns = target->ns, .workload = PG_NONE};
    else if (level == PG_LEVEL_POD && target->pod != PG_NONE)
        *axis = (struct pg_axis){.level = level, .ns = target->ns, .workload = target->workload};
    else
        return false;
    return true;
}

static void descend(struct pg_tui *app, const struct target targets[2])
{
    struct pg_axis axes[2] = {app->stack[0]->grid->axes[PG_FROM], app->stack[0]->grid->axes[PG_TO]};
    for (int level = PG_LEVEL_NAMESPACE; level <= PG_LEVEL_POD; level++) {
        if (level > PG_LEVEL_NAMESPACE) {
            bool from = deepen(&axes[PG_FROM], &targets[PG_FROM], (enum pg_level)level);
            bool to = deepen(&axes[PG_TO], &targets[PG_TO], (enum pg_level)level);
            if (!from && !to)
                continue;
            pg_app_push_grid(app, pg_gridview_new(app, axes, app->stack[0]->grid->base_ports));
        }
        for (unsigned axis = PG_FROM; axis <= PG_TO; axis++)
            select_item(pg_app_grid(app), axis, &targets[axis]);
    }
}

bool pg_place_goto(struct pg_tui *app, const char *from, const char *to)
{
    struct target targets[2] = {{PG_NONE, PG_NONE, PG_NONE, ""}, {PG_NONE, PG_NONE, PG_NONE, ""}};
    const char *const names[2] = {from, to};
    struct pg_gridview *root = app->stack[0]->grid;
    for (unsigned axis = PG_FROM; axis <= PG_TO; axis++) {
        if (names[axis] && !resolve(app->world->cluster, names[axis], &targets[axis]) &&
            !resolve_outside(root, axis, names[axis], app->world->eval, &targets[axis])) {
            pg_app_warn(
                app,
                "there is no %s: NAMESPACE, NAMESPACE/NAME, NAMESPACE/KIND/NAME, an address "
                "or the name of a group outside. Nodes and Services are not in the grid: "
                "polgrid why asks for them",
                names[axis]);
            return false;
        }
    }
    while (app->depth > 1)
        pg_app_pop(app);
    if (root->filter_text) {
        struct pg_err err;
        pg_gridview_filter(app, root, NULL, PG_FROM, &err);
        pg_tui_say(app, "the filter was taken away");
    }
    descend(app, targets);
    return true;
}
