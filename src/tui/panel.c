/*
 * What is said of the cell under the cursor, without a key: in the side panel, in the drawer below the grid, or
 * in one line, as the terminal has room.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>

#include "polgrid/map.h"
#include "polgrid/report.h"

/* Lines of each list in the panel; what is left out is counted. */
#define PORTS_MAX    4
#define FLOWS_MAX    6
#define POLICIES_MAX 8

static const char *verdict_letter(struct pg_portsets *sets, const struct pg_flow *flow,
                                  pg_ports ports)
{
    if (pg_portset_intersect(sets, flow->cell.possible, ports) != PG_PORTS_NONE)
        return "?";
    bool out = pg_portset_intersect(sets, flow->cell.sides[PG_EGRESS].possible, ports);
    bool in = pg_portset_intersect(sets, flow->cell.sides[PG_INGRESS].possible, ports);
    return out == in ? "x" : out ? "i" : "e";
}

/* "5432", "ALL", "e": what a flow comes to, in few columns. */
static void flow_result(struct pg_buf *out, struct pg_eval *eval, const struct pg_flow *flow,
                        pg_ports ports, int columns)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    pg_ports sure = pg_portset_intersect(sets, flow->cell.sure, ports);
    if (sure == ports)
        pg_buf_puts(out, "ALL");
    else if (sure != PG_PORTS_NONE)
        pg_words_ports_short(out, sets, sure, columns);
    else
        pg_buf_puts(out, verdict_letter(sets, flow, ports));
}

static enum pg_role flow_role(struct pg_eval *eval, const struct pg_flow *flow, pg_ports ports)
{
    struct pg_portsets *sets = pg_eval_portsets(eval);
    if (pg_portset_intersect(sets, flow->cell.sure, ports) != PG_PORTS_NONE)
        return flow->cell.sides[PG_EGRESS].isolated || flow->cell.sides[PG_INGRESS].isolated
                   ? PG_ROLE_ALL
                   : PG_ROLE_OPEN;
    return *verdict_letter(sets, flow, ports) == '?' ? PG_ROLE_UNKNOWN : PG_ROLE_DENY;
}

/* "api +1": the workload of one pod of a class, and how many other workloads of the class the item has: none where it
   is of one. */
static void class_name(struct pg_buf *out, struct pg_eval *eval, const struct pg_item *item,
                       const struct pg_end *end, uint32_t class)
{
    pg_words_end(out, eval, end, true);
    if (end->kind != PG_END_POD || item->kind == PG_ITEM_WORKLOAD || item->kind == PG_ITEM_POD)
        return;
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    const struct pg_class *it = pg_eval_class(eval, class);
    struct pg_map seen = {0};
    for (uint32_t i = 0; i < it->npods; i++)
        pg_map_put(&seen, cluster->pods[it->pods[i]].workload, 1);
    if (seen.n > 1)
        pg_buf_printf(out, " +%" PRIu32, seen.n - 1);
    pg_map_free(&seen);
}

/* --- the side panel -------------------------------------------------------------------------------- */

static void put_pairs(struct pg_lines *lines, const struct pg_proof *proof)
{
    const struct pg_count *count = proof->detail->count;
    const struct pg_item *from = proof->items[PG_FROM], *to = proof->items[PG_TO];
    struct pg_buf out = {0};
    pg_words_count(&out, from->npods);
    pg_buf_puts(&out, " x ");
    pg_words_count(&out, to->npods);
    uint64_t all = (uint64_t)from->npods * to->npods;
    bool pods = from->kind != PG_ITEM_OUTSIDE && to->kind != PG_ITEM_OUTSIDE;
    bool same = from->kind == to->kind && from->index == to->index;
    pg_buf_puts(&out, pods ? " pods" : "");
    pg_buf_puts(&out, all == count->pairs ? " = " : same ? " less themselves = " : ", ");
    pg_words_plural(&out, count->pairs, "pair", "pairs");
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_TEXT, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void put_number(struct pg_lines *lines, const char *word, enum pg_role role, uint64_t n,
                       const char *rest)
{
    struct pg_buf out = {0};
    pg_words_count(&out, n);
    pg_lines_open(lines);
    pg_lines_add(lines, role, word);
    pg_lines_addf(lines, PG_ROLE_TEXT, "%s%s", pg_buf_text(&out), rest);
    pg_buf_free(&out);
}

static void put_allowed(struct pg_lines *lines, struct pg_eval *eval, const struct pg_proof *proof)
{
    const struct pg_detail *detail = proof->detail;
    const struct pg_count *count = detail->count;
    struct pg_buf out = {0};
    pg_buf_puts(&out, " of ");
    pg_words_count(&out, count->pairs);
    pg_buf_puts(&out, " (");
    pg_words_percent(&out, count->allowed, count->pairs);
    pg_buf_putc(&out, ')');
    put_number(lines, "ALLOW  ", count->allowed ? PG_ROLE_ALL : PG_ROLE_DIM, count->allowed,
               pg_buf_text(&out));
    for (uint32_t i = 0; i < detail->nports && i < PORTS_MAX; i++) {
        pg_buf_clear(&out);
        pg_portset_print(&out, pg_eval_portsets(eval), detail->ports[i].ports);
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_TEXT, "%6" PRIu64 "  %s", detail->ports[i].pairs,
                      pg_buf_text(&out));
    }
    if (detail->nports > PORTS_MAX) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "        %" PRIu32 " other sets of ports",
                      detail->nports - PORTS_MAX);
    }
    if (count->open)
        put_number(lines, "  open by default  ", PG_ROLE_OPEN, count->open, "");
    pg_buf_free(&out);
}

static void put_denied(struct pg_lines *lines, const struct pg_count *count)
{
    uint64_t denied = count->denied_egress + count->denied_ingress + count->denied_both;
    if (count->unknown)
        put_number(lines, "UNKNOWN  ", PG_ROLE_UNKNOWN, count->unknown, "");
    if (count->partly_unknown)
        put_number(lines, "  unknown on some ports  ", PG_ROLE_UNKNOWN, count->partly_unknown, "");
    put_number(lines, "DENY   ", denied ? PG_ROLE_WARN : PG_ROLE_DIM, denied,
               denied ? ", by the side that denies" : "");
    if (count->denied_egress)
        put_number(lines, "  e egress only    ", PG_ROLE_DENY, count->denied_egress, "");
    if (count->denied_ingress)
        put_number(lines, "  i ingress only   ", PG_ROLE_DENY, count->denied_ingress, "");
    if (count->denied_both)
        put_number(lines, "  x both           ", PG_ROLE_DENY, count->denied_both, "");
}

static const char *story_title(const struct pg_proof *proof)
{
    if (proof->half == PG_HALF_PORTS)
        return "PORTS DON'T MEET  ";
    if (proof->half != PG_HALF_NONE)
        return "HALF OPEN  ";
    if (proof->why->sure != PG_PORTS_NONE)
        return "ALLOWED  ";
    switch (proof->why->verdict) {
    case PG_VERDICT_DENIED: return "DENIED  ";
    case PG_VERDICT_UNKNOWN: return "UNKNOWN  ";
    case PG_VERDICT_NO_ROUTE: return "NO ROUTE  ";
    case PG_VERDICT_MIXED: return "IPv4 AND IPv6 DIFFER  ";
    default: return "ALLOWED  ";
    }
}

static enum pg_role story_role(const struct pg_why *why)
{
    if (why->sure != PG_PORTS_NONE)
        return PG_ROLE_ALL;
    return why->possible != PG_PORTS_NONE ? PG_ROLE_UNKNOWN : PG_ROLE_WARN;
}

/* Half-open flows that are not the one told of. */
static void put_halves(struct pg_lines *lines, const struct pg_proof *proof)
{
    bool told = proof->half != PG_HALF_NONE;
    uint32_t n = proof->nhalf - told;
    if (n == 0)
        return;
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_TEXT, "  ");
    const char *text =
        n == 1 ? told ? "one more flow is half open: w, then ]" : "one flow is half open: w, then ]"
        : told ? "more flows are half open: w, then ]"
               : "some flows are half open: w, then ]";
    pg_lines_flow(lines, 4, PG_ROLE_WARN, PG_NO_LOC, text);
}

/* One flow of the cell in plain words: an unknown one, the half-open one, or the largest that is denied. */
static void put_story(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                      bool brief)
{
    struct pg_eval *eval = app->world->eval;
    struct pg_buf out = {0};
    class_name(&out, eval, proof->items[PG_FROM], &proof->flow->from, proof->flow->from_class);
    pg_buf_puts(&out, " -> ");
    class_name(&out, eval, proof->items[PG_TO], &proof->flow->to, proof->flow->to_class);
    pg_lines_open(lines);
    pg_lines_add(lines, story_role(proof->why), story_title(proof));
    pg_lines_add(lines, PG_ROLE_HEADING, pg_buf_text(&out));
    if (!brief)
        pg_lines_loc(lines, pg_proof_loc(proof->why, app->world->cluster));
    pg_news_put_story(lines, app, proof);
    pg_why_plain(lines, app, proof, 2);
    put_halves(lines, proof);
    pg_buf_free(&out);
}

static void put_flow(struct pg_lines *lines, struct pg_eval *eval, const struct pg_proof *proof,
                     const struct pg_flow *flow)
{
    pg_ports ports = pg_grid_ports(proof->grid);
    struct pg_buf name = {0}, out = {0};
    int room = (lines->width - 22) / 2;
    room = room < 6 ? 6 : room > 24 ? 24 : room;
    class_name(&name, eval, proof->items[PG_FROM], &flow->from, flow->from_class);
    pg_words_fit(&out, pg_buf_text(&name), room);
    pg_buf_printf(&out, "%4" PRIu32 " > ", flow->nfrom);
    pg_buf_clear(&name);
    class_name(&name, eval, proof->items[PG_TO], &flow->to, flow->to_class);
    pg_words_fit(&out, pg_buf_text(&name), room);
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_TEXT, "  %s%3" PRIu32 "  ", pg_buf_text(&out), flow->nto);
    pg_buf_clear(&out);
    flow_result(&out, eval, flow, ports, lines->width - 2 * room - 14);
    pg_lines_add(lines, flow_role(eval, flow, ports), pg_buf_text(&out));
    pg_buf_free(&name);
    pg_buf_free(&out);
}

static void put_flows(struct pg_lines *lines, struct pg_eval *eval, const struct pg_proof *proof)
{
    const struct pg_detail *detail = proof->detail;
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_HEADING, "WHO REACHES WHAT");
    pg_lines_addf(lines, PG_ROLE_TEXT, "   %" PRIu32 " x %" PRIu32 " classes",
                  proof->items[PG_FROM]->nshares, proof->items[PG_TO]->nshares);
    uint64_t listed = 0;
    for (uint32_t i = 0; i < detail->nflows && i < FLOWS_MAX; i++) {
        put_flow(lines, eval, proof, &detail->flows[i]);
        listed += detail->flows[i].pairs;
    }
    if (listed < detail->count->pairs)
        put_number(lines, "  the rest ", PG_ROLE_DIM, detail->count->pairs - listed, " pairs");
}

/* What stands for policies that were not read has neither rules nor a place, and the same to say of both directions:
   it is told once. */
static void put_unread_policy(struct pg_lines *lines, const struct pg_cluster *cluster,
                              const struct pg_detail *detail, uint32_t index)
{
    const struct pg_policy *policy = &cluster->policies[detail->policies[index].policy];
    for (uint32_t i = 0; i < index; i++)
        if (detail->policies[i].policy == detail->policies[index].policy)
            return;
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_UNKNOWN, "?   ");
    pg_lines_add(lines, PG_ROLE_TEXT, pg_cluster_text(cluster, policy->kind_name));
    if (policy->ns != PG_NONE)
        pg_lines_addf(lines, PG_ROLE_TEXT, " of %s",
                      pg_cluster_text(cluster, cluster->namespaces[policy->ns].name));
    pg_lines_add(lines, PG_ROLE_UNKNOWN, ": could not be read");
}

static void put_policies(struct pg_lines *lines, const struct pg_cluster *cluster,
                         const struct pg_detail *detail)
{
    struct pg_buf out = {0};
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_HEADING, "POLICIES IN PLAY ");
    pg_lines_addf(lines, PG_ROLE_TEXT, "%" PRIu32 "%s", detail->npolicies,
                  detail->npolicies ? "   * decides allow" : "");
    for (uint32_t i = 0; i < detail->npolicies && i < POLICIES_MAX; i++) {
        const struct pg_in_play *it = &detail->policies[i];
        const struct pg_policy *policy = &cluster->policies[it->policy];
        uint32_t nrules = policy->nrules[it->dir];
        if (policy->unread) {
            put_unread_policy(lines, cluster, detail, i);
            continue;
        }
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_DIM, it->dir == PG_EGRESS ? "out " : "in  ");
        pg_lines_add(lines, PG_ROLE_TEXT, pg_words_policy(cluster, it->policy));
        pg_lines_addf(lines, PG_ROLE_DIM, "  %" PRIu32 " %s", nrules,
                      nrules == 1 ? "rule" : "rules");
        pg_lines_add(lines, PG_ROLE_ALL, it->decides ? "  *" : "");
        pg_lines_loc(lines, policy->loc);
        pg_buf_clear(&out);
        pg_words_loc(&out, cluster, policy->loc, lines->width - 6);
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "      %s", pg_buf_text(&out));
    }
    if (detail->npolicies > POLICIES_MAX)
        put_number(lines, "  and ", PG_ROLE_DIM, detail->npolicies - POLICIES_MAX, " more");
    pg_buf_free(&out);
}

static void put_title(struct pg_lines *lines, const struct pg_proof *proof)
{
    pg_lines_open(lines);
    pg_lines_addf(lines, PG_ROLE_HEADING, "WHY  %s -> %s", proof->items[PG_FROM]->name,
                  proof->items[PG_TO]->name);
}

static void put_no_pairs(struct pg_lines *lines, const struct pg_proof *proof)
{
    const struct pg_item *from = proof->items[PG_FROM], *to = proof->items[PG_TO];
    const char *text = "No two pods to ask about.";
    if (from->kind == PG_ITEM_OUTSIDE && to->kind == PG_ITEM_OUTSIDE)
        text = "Both are outside the cluster: no policy sees their traffic.";
    else if (from->kind == to->kind && from->index == to->index && from->npods == 1)
        text = "One pod, and itself: a pod always reaches itself.";
    pg_lines_wrap(lines, 0, 0, PG_ROLE_TEXT, PG_NO_LOC, text);
}

static void put_enforcement(struct pg_lines *lines, struct pg_eval *eval)
{
    pg_lines_open(lines);
    pg_lines_wrap(lines, 0, 0, pg_report_not_enforced(eval) ? PG_ROLE_WARN : PG_ROLE_DIM, PG_NO_LOC,
                  pg_report_enforcement_text(lines->arena, eval));
}

void pg_panel_tall(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof)
{
    struct pg_eval *eval = app->world->eval;
    put_title(lines, proof);
    if (!proof->why) {
        put_no_pairs(lines, proof);
        pg_panel_entries(lines, app, proof);
        return;
    }
    if (proof->single && proof->detail->count->pairs > 1)
        put_pairs(lines, proof);
    if (proof->single) {
        pg_why_lines(lines, app, proof, PG_WHY_PANEL);
        pg_panel_entries(lines, app, proof);
        put_enforcement(lines, eval);
        return;
    }
    put_pairs(lines, proof);
    pg_lines_open(lines);
    put_allowed(lines, eval, proof);
    put_denied(lines, proof->detail->count);
    pg_lines_open(lines);
    put_story(lines, app, proof, false);
    pg_panel_entries(lines, app, proof);
    pg_lines_open(lines);
    put_flows(lines, eval, proof);
    pg_lines_open(lines);
    put_policies(lines, app->world->cluster, proof->detail);
    put_enforcement(lines, eval);
}

/* --- the drawer and the line ----------------------------------------------------------------------- */

static void add_denied(struct pg_buf *out, const struct pg_count *count)
{
    const uint64_t sides[] = {count->denied_egress, count->denied_ingress, count->denied_both};
    uint64_t denied = sides[0] + sides[1] + sides[2];
    const char *between = out->n ? "   " : "";
    if (count->unknown) {
        pg_buf_printf(out, "%sUNKNOWN ", between);
        pg_words_count(out, count->unknown);
        between = "   ";
    }
    if (denied == 0)
        return;
    pg_buf_printf(out, "%sDENY ", between);
    pg_words_count(out, denied);
    if (denied == count->pairs)
        pg_buf_puts(out, denied == 1 ? " pair" : " pairs, all");
    pg_buf_putc(out, ':');
    for (int i = 0; i < 3; i++) {
        if (sides[i])
            pg_buf_printf(out, " %c%" PRIu64, "eix"[i], sides[i]);
    }
}

/* "ALLOW 209/576 (36%): 198 5432, 11 every port   DENY 367: e154 i133 x80" */
static void add_answer(struct pg_buf *out, struct pg_eval *eval, const struct pg_proof *proof)
{
    const struct pg_detail *detail = proof->detail;
    const struct pg_count *count = detail->count;
    struct pg_buf text = {0};
    if (!proof->why)
        pg_buf_puts(&text, "no pairs");
    if (count->allowed && count->pairs > 1) {
        pg_buf_printf(&text, "ALLOW %" PRIu64 "/%" PRIu64 " (", count->allowed, count->pairs);
        pg_words_percent(&text, count->allowed, count->pairs);
        pg_buf_puts(&text, "):");
    } else if (count->allowed) {
        pg_buf_puts(&text, "ALLOW");
    }
    for (uint32_t i = 0; i < detail->nports && i < 3; i++) {
        pg_buf_puts(&text, i ? ", " : " ");
        if (count->pairs > 1)
            pg_buf_printf(&text, "%" PRIu64 " ", detail->ports[i].pairs);
        if (detail->ports[i].ports == pg_grid_ports(proof->grid))
            pg_buf_puts(&text, "ALL");
        else
            pg_words_ports_short(&text, pg_eval_portsets(eval), detail->ports[i].ports, 16);
    }
    if (detail->nports > 3)
        pg_buf_puts(&text, ", ..");
    add_denied(&text, count);
    pg_buf_puts(out, pg_buf_text(&text));
    pg_buf_free(&text);
}

void pg_panel_answer(struct pg_buf *out, struct pg_tui *app, const struct pg_proof *proof)
{
    add_answer(out, app->world->eval, proof);
    if (!proof->why || proof->why->sure != PG_PORTS_NONE)
        return;
    /* Where there is room, the one thing that a reader should know of the denial. */
    if (proof->half != PG_HALF_NONE)
        pg_buf_puts(out, proof->half == PG_HALF_PORTS ? "  PORTS DON'T MEET" : "  HALF OPEN");
    struct pg_loc loc = pg_proof_loc(proof->why, app->world->cluster);
    pg_buf_puts(out, "  ");
    pg_words_loc(out, app->world->cluster, loc, 40);
}

void pg_panel_short(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof)
{
    if (!proof->why) {
        put_no_pairs(lines, proof);
        return;
    }
    struct pg_eval *eval = app->world->eval;
    struct pg_buf out = {0};
    add_answer(&out, eval, proof);
    pg_lines_wrap(lines, 0, 2, proof->detail->count->allowed ? PG_ROLE_TEXT : PG_ROLE_WARN,
                  PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
    put_story(lines, app, proof, true);
    if (proof->single) {
        pg_why_lines(lines, app, proof, PG_WHY_SIDES);
    } else {
        put_policies(lines, app->world->cluster, proof->detail);
        put_flows(lines, eval, proof);
    }
    pg_panel_entries(lines, app, proof);
}

/* --- on the screen --------------------------------------------------------------------------------- */

/* While one types a filter, its language and the last ones. */
static void put_filtering(struct pg_lines *lines, const struct pg_tui *app)
{
    const struct pg_history *history = &app->history[PG_PROMPT_FILTER];
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_HEADING, "FILTER");
    pg_filter_help(lines);
    for (uint32_t i = history->n; i > 0 && history->n - i < 5; i--) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "%s  ", i == history->n ? "recent" : "      ");
        pg_lines_addf(lines, PG_ROLE_TEXT, "/%s", history->v[i - 1]);
    }
}

static void build(struct pg_tui *app, const struct pg_proof *proof, int width, bool drawer)
{
    if (app->prompt.kind == PG_PROMPT_FILTER) {
        pg_arena_reset(app->panel_arena);
        pg_lines_start(&app->panel, app->panel_arena, width);
        put_filtering(&app->panel, app);
        app->panel.width = 0; /* the next frame builds anew */
        return;
    }
    if (!proof || (app->panel.n > 0 && app->panel.width == width && app->panel_drawer == drawer))
        return;
    pg_arena_reset(app->panel_arena);
    pg_lines_start(&app->panel, app->panel_arena, width);
    app->panel_drawer = drawer;
    if (drawer)
        pg_panel_short(&app->panel, app, proof);
    else
        pg_panel_tall(&app->panel, app, proof);
}

static void draw_rule(struct pg_tui *app, struct pg_frame *frame, const struct pg_proof *proof)
{
    const struct pg_layout *layout = &app->layout;
    uint32_t dash = app->options.line_drawing ? 0x2500 : '-';
    uint32_t bar = app->options.line_drawing ? 0x2502 : '|';
    if (!layout->drawer) {
        for (int i = 0; i < layout->panel_h; i++)
            pg_frame_put(frame, layout->panel_x - 1, layout->panel_y + i, bar, PG_ROLE_DIM);
        return;
    }
    int y = layout->panel_y - 1;
    pg_frame_fill(frame, 0, y, layout->columns, dash, PG_ROLE_DIM);
    if (!proof)
        return;
    struct pg_buf out = {0};
    pg_buf_printf(&out, " why  %s -> %s ", proof->items[PG_FROM]->name, proof->items[PG_TO]->name);
    pg_frame_text(frame, 2, y, layout->columns - 4, PG_ROLE_HEADING, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void draw_more(struct pg_tui *app, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    int left = (int)app->panel.n - app->panel_top - layout->panel_h;
    const char *keys = app->focus ? "j k, Tab leaves" : "Tab";
    char text[64];
    if (left > 0)
        snprintf(text, sizeof text, " +%d lines: %s", left, keys);
    else if (app->focus)
        snprintf(text, sizeof text, " end: %s", keys);
    else
        return;
    int width = (int)strlen(text);
    if (width < layout->panel_w)
        pg_frame_text(frame, layout->panel_x + layout->panel_w - width,
                      layout->panel_y + layout->panel_h - 1, width, PG_ROLE_KEY, text);
}

void pg_panel_draw(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame)
{
    const struct pg_layout *layout = &app->layout;
    const struct pg_proof *proof = pg_proof_get(app, view);
    if (layout->panel_w <= 0 || layout->panel_h <= 0)
        return;
    if (!proof)
        app->panel.n = 0;
    build(app, proof, layout->panel_w - 1, layout->drawer);
    int most = (int)app->panel.n - layout->panel_h;
    if (app->panel_top > most)
        app->panel_top = most > 0 ? most : 0;
    draw_rule(app, frame, app->prompt.kind == PG_PROMPT_FILTER ? NULL : proof);
    for (int i = 0; i < layout->panel_h && app->panel_top + i < (int)app->panel.n; i++) {
        pg_lines_draw(frame, layout->panel_x, layout->panel_y + i, layout->panel_w,
                      &app->panel.v[app->panel_top + i]);
        if (app->focus)
            pg_frame_mark(frame, layout->panel_x, layout->panel_y + i, 1, PG_ATTR_REVERSE);
    }
    draw_more(app, frame);
}
