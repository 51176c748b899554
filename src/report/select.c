#include "select.h"

#include <string.h>

#include "polgrid/text.h"

/* An address or a block has slashes and dots of its own. */
static bool is_outside(const char *text)
{
    struct pg_addr addr;
    struct pg_cidr cidr;
    return strncmp(text, "internet", 8) == 0 || pg_addr_parse(text, &addr, NULL) ||
           pg_cidr_parse(text, &cidr, NULL);
}

struct pg_report_pattern pg_report_pattern(struct pg_arena *arena, const char *text)
{
    struct pg_report_pattern pattern = {.whole = text};
    if (!text || is_outside(text))
        return pattern;
    const char *first = strchr(text, '/');
    if (!first) {
        pattern.ns = text;
        return pattern;
    }
    const char *second = strchr(first + 1, '/');
    pattern.ns = pg_arena_strndup(arena, text, (size_t)(first - text));
    if (second)
        pattern.kind = pg_arena_strndup(arena, first + 1, (size_t)(second - first - 1));
    pattern.name = second ? second + 1 : first + 1;
    return pattern;
}

static bool ns_matches(const struct pg_report_pattern *pattern, const struct pg_cluster *cluster,
                       uint32_t ns)
{
    return pattern->ns &&
           pg_text_glob(pattern->ns, pg_cluster_text(cluster, cluster->namespaces[ns].name));
}

bool pg_report_pattern_has_namespace(const struct pg_report_pattern *pattern,
                                     const struct pg_cluster *cluster, uint32_t ns)
{
    return !pattern->whole || (!pattern->name && ns_matches(pattern, cluster, ns));
}

bool pg_report_pattern_has_workload(const struct pg_report_pattern *pattern,
                                    const struct pg_cluster *cluster, uint32_t workload)
{
    const struct pg_workload *source = &cluster->workloads[workload];
    if (!pattern->whole)
        return true;
    if (!ns_matches(pattern, cluster, source->ns))
        return false;
    if (pattern->kind && !pg_kind_is(pg_cluster_text(cluster, source->kind), pattern->kind))
        return false;
    return !pattern->name || pg_text_glob(pattern->name, pg_cluster_text(cluster, source->name));
}

bool pg_report_pattern_has_pod(const struct pg_report_pattern *pattern,
                               const struct pg_cluster *cluster, uint32_t pod)
{
    const struct pg_pod *source = &cluster->pods[pod];
    if (pg_report_pattern_has_workload(pattern, cluster, source->workload))
        return true;
    if (!ns_matches(pattern, cluster, source->ns) || !pattern->name)
        return false;
    return (!pattern->kind || pg_kind_is("Pod", pattern->kind)) &&
           pg_text_glob(pattern->name, pg_cluster_text(cluster, source->name));
}

bool pg_report_pattern_has_outside(const struct pg_report_pattern *pattern,
                                   const struct pg_eval *eval, uint32_t class)
{
    struct pg_buf name = {0};
    if (!pattern->whole)
        return true;
    pg_grid_outside_name(&name, eval, class);
    bool has = !pattern->ns && pg_text_glob(pattern->whole, pg_buf_text(&name));
    pg_buf_free(&name);
    return has;
}

/* More workloads than this make a page too wide to read. */
#define PG_MANY_WORKLOADS 40

static bool is_workload(const struct pg_report_pattern *pattern, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nworkloads; i++) {
        if (pg_report_pattern_has_workload(pattern, cluster, i))
            return true;
    }
    return false;
}

/* NAMESPACE/NAME names a workload or, where there is none, pods. */
static enum pg_level finer(enum pg_level level, const struct pg_cluster *cluster, const char *text)
{
    struct pg_arena *scratch = pg_arena_new();
    struct pg_report_pattern pattern = pg_report_pattern(scratch, text);
    if (pattern.name && level == PG_LEVEL_NAMESPACE)
        level = PG_LEVEL_WORKLOAD;
    if (pattern.name && !is_workload(&pattern, cluster))
        level = PG_LEVEL_POD;
    pg_arena_free(scratch);
    return level;
}

enum pg_level pg_report_level(const struct pg_cluster *cluster, const char *from, const char *to)
{
    enum pg_level level =
        cluster->nworkloads > PG_MANY_WORKLOADS ? PG_LEVEL_NAMESPACE : PG_LEVEL_WORKLOAD;
    return finer(finer(level, cluster, from), cluster, to);
}

static bool item_matches(const struct pg_report_pattern *pattern, const struct pg_eval *eval,
                         const struct pg_item *item)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    switch (item->kind) {
    case PG_ITEM_NAMESPACE: return pg_report_pattern_has_namespace(pattern, cluster, item->index);
    case PG_ITEM_WORKLOAD: return pg_report_pattern_has_workload(pattern, cluster, item->index);
    case PG_ITEM_POD: return pg_report_pattern_has_pod(pattern, cluster, item->index);
    case PG_ITEM_OUTSIDE: break;
    }
    return pg_report_pattern_has_outside(pattern, eval, item->index);
}

struct pg_report_selection pg_report_select(struct pg_arena *arena, const struct pg_grid *grid,
                                            bool columns, const char *text)
{
    struct pg_report_pattern pattern = pg_report_pattern(arena, text);
    uint32_t n = columns ? pg_grid_ncolumns(grid) : pg_grid_nrows(grid);
    struct pg_report_selection selection = {.v = pg_arena_array(arena, n, sizeof *selection.v)};
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_item *item = columns ? pg_grid_column(grid, i) : pg_grid_row(grid, i);
        if (item_matches(&pattern, pg_grid_eval(grid), item))
            selection.v[selection.n++] = i;
    }
    return selection;
}
