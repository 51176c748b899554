#include "app.h"

#include <inttypes.h>
#include <string.h>

#include "polgrid/report.h"

/* --- help ------------------------------------------------------------------------------------------ */

static void put_heading(struct pg_lines *lines, const char *text)
{
    if (lines->n)
        pg_lines_open(lines);
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_HEADING, text);
}

static void put_glyphs(struct pg_lines *lines)
{
    static const char *const glyphs[] = {
        "reach    blank no pods   . none allowed   1-9 tenths of the pairs   # all pairs   ? "
        "unknown",
        "verdict  the ports, or # every port, + some; e egress denies, i ingress denies, x both",
        "open     o no policy selects either side   < only the source   > only the destination",
        "         # both are selected, and it is allowed   . both are, and it is not",
        "! right after any of them (5!): half open. A rule lets it leave, or in, and the other "
        "side not",
        "Orange: allowed and open by default. Blue: allowed by a rule. Dim: denied.",
        "Rows are sources, columns destinations, until x swaps them. At the right of the title of "
        "a "
        "small screen: !2r rejected, u not evaluated, f unreadable, w warnings (key !); ? A: key "
        "A.",
    };
    put_heading(lines, "GLYPHS");
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        pg_lines_wrap(lines, 2, 11, PG_ROLE_TEXT, PG_NO_LOC, glyphs[i]);
}

static void put_views(struct pg_lines *lines, unsigned views)
{
    if (views == PG_VIEW_GRID)
        return;
    const char *where = views == PG_VIEW_ALL      ? "everywhere"
                        : views & PG_VIEW_GRID    ? "grid and pages"
                        : views == PG_VIEW_SOURCE ? "source"
                        : views == PG_VIEW_WHY    ? "why"
                                                  : "pages";
    pg_lines_note(lines, PG_ROLE_DIM, where);
}

void pg_page_build_help(struct pg_tui *app, struct pg_view *view)
{
    struct pg_lines *lines = &view->page.lines;
    const char *section = "";
    struct pg_buf keys = {0};
    (void)app;
    put_glyphs(lines);
    for (uint32_t i = 0; i < pg_keys_count(); i++) {
        const struct pg_binding *it = pg_keys_at(i);
        if (strcmp(section, it->section) != 0) {
            section = it->section;
            put_heading(lines, section);
        }
        pg_buf_clear(&keys);
        pg_keys_print(&keys, it);
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_KEY, "  %s", pg_buf_text(&keys));
        pg_lines_tab(lines, lines->width < 60 ? 12 : 24);
        pg_lines_add(lines, PG_ROLE_TEXT, it->help);
        if (lines->width >= 76)
            put_views(lines, it->views);
    }
    pg_buf_free(&keys);
    put_heading(lines, "FILTER");
    pg_filter_help(lines);
    put_heading(lines, "COMMANDS");
    pg_command_help(lines);
    put_heading(lines, "MOUSE");
    pg_lines_wrap(lines, 2, 2, PG_ROLE_TEXT, PG_NO_LOC,
                  "Click selects, a second click drills, the wheel scrolls, a click on the headers "
                  "sorts, the words of the last line are buttons.");
    snprintf(view->page.title, sizeof view->page.title, "/ searches, Esc closes");
}

/* --- diagnostics ----------------------------------------------------------------------------------- */

static enum pg_role severity_role(enum pg_severity severity)
{
    return severity == PG_SEVERITY_INFO ? PG_ROLE_DIM : PG_ROLE_TEXT;
}

static void put_diags(struct pg_lines *lines, const struct pg_cluster *cluster)
{
    struct pg_buf out = {0};
    put_heading(lines, "DIAGNOSTICS");
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        const struct pg_diag *diag = &cluster->diags[i];
        pg_buf_clear(&out);
        pg_diag_print(&out, cluster, diag);
        pg_lines_wrap(lines, 2, 6, severity_role(diag->severity), diag->loc, pg_buf_text(&out));
    }
    if (cluster->ndiags == 0)
        pg_lines_wrap(lines, 2, 2, PG_ROLE_DIM, PG_NO_LOC, "none");
    pg_buf_free(&out);
}

static void put_unevaluated(struct pg_lines *lines, const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf out = {0};
    if (pg_eval_nunevaluated(eval) == 0)
        return;
    put_heading(lines, "NOT EVALUATED: what they select is unknown");
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[i];
        if (!pg_eval_unevaluated(eval, i))
            continue;
        pg_buf_clear(&out);
        pg_buf_printf(&out, "%s ", pg_cluster_text(cluster, policy->kind_name));
        pg_policy_print(&out, cluster, i);
        if (policy->loc.line > 0) { /* what could not be read is nowhere */
            pg_buf_puts(&out, "  ");
            pg_words_loc(&out, cluster, policy->loc, lines->width);
        }
        if (policy->kind != PG_POLICY_UNEVALUATED || policy->why_not)
            pg_buf_printf(&out, ": %s", pg_eval_why_not(eval, i));
        pg_lines_wrap(lines, 2, 6, PG_ROLE_UNKNOWN, policy->loc, pg_buf_text(&out));
    }
    pg_buf_free(&out);
}

/* Which cluster, and what of it could not be read. */
static void put_origin(struct pg_lines *lines, const struct pg_tui *app,
                       const struct pg_cluster *cluster)
{
    const struct pg_origin *origin = cluster->origin;
    struct pg_buf out = {0};
    if (!origin)
        return;
    put_heading(lines, "CLUSTER");
    pg_buf_printf(&out, "context %s, user %s, server %s", origin->context ? origin->context : "-",
                  origin->user ? origin->user : "-", origin->server ? origin->server : "-");
    if (origin->taken && *origin->taken)
        pg_buf_printf(&out, ", as it was %s", origin->taken);
    pg_lines_wrap(lines, 2, 2, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_clear(&out);
    if (cluster->nunread > 0 && pg_report_left_out(&out, app->world->eval))
        pg_lines_wrap(lines, 2, 2, PG_ROLE_UNKNOWN, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void put_left_out(struct pg_lines *lines, const struct pg_cluster *cluster)
{
    struct pg_buf out = {0};
    if (cluster->nskipped)
        put_heading(lines, "SKIPPED: kinds that decide nothing here");
    for (uint32_t i = 0; i < cluster->nskipped; i++) {
        const struct pg_skipped *it = &cluster->skipped[i];
        pg_buf_clear(&out);
        pg_buf_printf(&out, "%" PRIu32 " x %s %s", it->count, it->api_version, it->kind);
        pg_lines_wrap(lines, 2, 6, PG_ROLE_TEXT, it->first, pg_buf_text(&out));
    }
    uint32_t shown = 0;
    for (uint32_t i = 0; i < cluster->nexcluded; i++) {
        const struct pg_excluded *it = &cluster->excluded[i];
        if (strcmp(it->reason, "represented-by-pods") == 0)
            continue;
        if (shown++ == 0)
            put_heading(lines, "NO ENDPOINTS");
        pg_buf_clear(&out);
        pg_buf_printf(&out, "%s/%s: %s", pg_cluster_text(cluster, cluster->namespaces[it->ns].name),
                      pg_cluster_text(cluster, it->name), it->reason);
        pg_lines_wrap(lines, 2, 6, PG_ROLE_TEXT, it->loc, pg_buf_text(&out));
    }
    if (shown < cluster->nexcluded) {
        pg_buf_clear(&out);
        pg_words_count(&out, cluster->nexcluded - shown);
        pg_lines_open(lines);
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "%s workloads are shown by their pods", pg_buf_text(&out));
    }
    pg_buf_free(&out);
}

static void put_causes(struct pg_lines *lines, const struct pg_tui_world *world)
{
    if (world->ncauses)
        put_heading(lines, "WHY CELLS ARE UNKNOWN");
    for (uint32_t i = 0; i < world->ncauses; i++) {
        const struct pg_cause *cause = &world->causes[i];
        pg_lines_wrap(lines, 2, 6, PG_ROLE_UNKNOWN, PG_NO_LOC, cause->what);
        if (cause->option) {
            pg_lines_open(lines);
            pg_lines_addf(lines, PG_ROLE_TEXT, "      settle it with %s (key A)", cause->option);
        }
    }
}

static void put_line(struct pg_lines *lines, const char *before, const char *text)
{
    struct pg_buf out = {0};
    pg_buf_printf(&out, "%s%s", before, text);
    pg_lines_wrap(lines, 4, 6, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}

/* What each plugin that was seen is known to do otherwise. */
static void put_plugins(struct pg_lines *lines, const struct pg_plugin *plugin)
{
    struct pg_buf out = {0};
    for (uint32_t i = 0; i < plugin->nseen; i++) {
        const struct pg_plugin_seen *seen = &plugin->seen[i];
        const struct pg_lack *lack = seen->lacks;
        pg_buf_clear(&out);
        pg_buf_printf(&out, "%s, told by %s", seen->name, seen->evidence);
        pg_lines_wrap(lines, 2, 6, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
        put_line(lines, "own node: ",
                 seen->own_node ? seen->own_node : "nothing is known here beside the specification");
        if (!lack)
            put_line(lines, "lacks: ", "nothing that is known here");
        for (; lack && lack->text; lack++)
            put_line(lines, "lacks: ", lack->text);
    }
    pg_buf_free(&out);
}

void pg_page_build_diags(struct pg_tui *app, struct pg_view *view)
{
    struct pg_lines *lines = &view->page.lines;
    const struct pg_cluster *cluster = app->world->cluster;
    pg_news_put_stale(lines, app);
    put_causes(lines, app->world);
    put_heading(lines, "NETWORK PLUGIN");
    pg_lines_wrap(lines, 2, 2,
                  app->world->plugin.enforcement == PG_ENFORCEMENT_ABSENT ? PG_ROLE_WARN
                                                                          : PG_ROLE_TEXT,
                  PG_NO_LOC, app->world->plugin.sentence);
    put_plugins(lines, &app->world->plugin);
    put_origin(lines, app, cluster);
    put_unevaluated(lines, app->world->eval);
    put_diags(lines, cluster);
    put_left_out(lines, cluster);
    snprintf(view->page.title, sizeof view->page.title, "what was left out, and warnings");
}
