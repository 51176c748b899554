/*
 * The source around a rule: the lines of the file with what they come to at the right, so that a reader need
 * not trust the panel.
 */
#include "app.h"

#include <inttypes.h>
#include <string.h>

/* Lines shown before and after the one looked at; stepping to another place moves the window. */
#define AROUND 1000u

/* --- the places ------------------------------------------------------------------------------------ */

static bool within(struct pg_loc loc, struct pg_loc first, struct pg_loc last)
{
    return loc.file == first.file && loc.line >= first.line && loc.line <= last.line;
}

struct places {
    struct pg_arena *arena;
    PG_VEC(struct pg_loc) locs;
};

static void add_place(struct places *places, struct pg_loc loc)
{
    for (uint32_t i = 0; i < places->locs.n; i++) {
        if (places->locs.v[i].file == loc.file && places->locs.v[i].line == loc.line)
            return;
    }
    if (loc.line)
        pg_vec_push(places->arena, &places->locs, loc);
}

static void add_side(struct places *places, const struct pg_cluster *cluster,
                     const struct pg_why_side *side, enum pg_dir dir)
{
    for (uint32_t i = 0; i < side->nreasons; i++) {
        if (side->reasons[i].effect != PG_EFFECT_ISOLATE)
            add_place(places, side->reasons[i].loc);
    }
    for (uint32_t i = 0; i < side->nmisses; i++) {
        const struct pg_policy *policy = &cluster->policies[side->misses[i].policy];
        if (side->misses[i].position < policy->nrules[dir])
            add_place(places, policy->rules[dir][side->misses[i].position].loc);
    }
    /* A policy that only isolates is a place; where a rule of it is one, that says more. */
    for (uint32_t i = 0; i < side->nreasons; i++) {
        const struct pg_policy *policy = &cluster->policies[side->reasons[i].policy];
        bool seen = false;
        for (uint32_t k = 0; k < places->locs.n; k++)
            seen |= within(places->locs.v[k], policy->loc, policy->end);
        if (!seen)
            add_place(places, side->reasons[i].loc);
    }
}

void pg_source_places(struct pg_view *view, const struct pg_cluster *cluster,
                      const struct pg_why *why)
{
    struct places places = {.arena = view->arena};
    struct pg_loc first = pg_proof_loc(why, cluster);
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++)
        add_side(&places, cluster, &why->sides[dir], (enum pg_dir)dir);
    view->page.places = places.locs.v;
    view->page.nplaces = places.locs.n;
    for (uint32_t i = 0; i < places.locs.n; i++) {
        if (places.locs.v[i].file == first.file && places.locs.v[i].line == first.line)
            view->page.place = i;
    }
}

void pg_source_step(struct pg_view *view, int step)
{
    struct pg_page *page = &view->page;
    if (page->nplaces == 0)
        return;
    page->place = (page->place + page->nplaces + (uint32_t)step) % page->nplaces;
    page->loc = page->places[page->place];
    page->built = 0;
}

/* --- what stands at the right ---------------------------------------------------------------------- */

struct source {
    struct pg_tui *app;
    struct pg_page *page;
    const struct pg_cluster *cluster;
    const struct pg_why *why; /* of the cell that the page was opened from; NULL: of none */
    const struct pg_policy *policy;
    uint32_t policy_index;
    enum pg_dir dir;
    const struct pg_rule *rule; /* NULL: the place is the policy as a whole */
};

static void find_rule(struct source *source, struct pg_loc loc)
{
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        for (uint32_t i = 0; i < source->policy->nrules[dir]; i++) {
            const struct pg_rule *rule = &source->policy->rules[dir][i];
            if (within(loc, rule->loc, rule->end)) {
                source->rule = rule;
                source->dir = (enum pg_dir)dir;
            }
        }
    }
}

static void find_policy(struct source *source, struct pg_loc loc)
{
    for (uint32_t i = 0; i < source->cluster->npolicies; i++) {
        const struct pg_policy *policy = &source->cluster->policies[i];
        if (within(loc, policy->loc, policy->end)) {
            source->policy = policy;
            source->policy_index = i;
            find_rule(source, loc);
            return;
        }
    }
}

/* The line of the file, if it is in the window. */
static struct pg_line *line_at(struct source *source, uint32_t line)
{
    uint32_t first = source->page->first_line;
    if (line < first || line - first >= source->page->lines.n)
        return NULL;
    return &source->page->lines.v[line - first];
}

static void annotate(struct source *source, uint32_t line, enum pg_role role, const char *text)
{
    struct pg_line *it = line_at(source, line);
    if (it && !it->note.text) {
        /* pg_lines_note() writes to the last line: lend it this one. */
        struct pg_lines one = source->page->lines;
        one.n = line - source->page->first_line + 1;
        pg_lines_note(&one, role, text);
    }
}

static void annotate_req(struct source *source, const struct pg_req *req, struct pg_labels labels)
{
    const struct pg_selector one = {.reqs = req, .nreqs = 1, .present = true};
    if (pg_selector_matches(&one, labels)) {
        annotate(source, req->loc.line, PG_ROLE_MATCH, "match");
        return;
    }
    struct pg_buf out = {0};
    pg_str value = pg_labels_get(labels, req->key);
    if (value == PG_STR_NONE)
        pg_buf_printf(&out, "MISS: no label %s", pg_cluster_text(source->cluster, req->key));
    else
        pg_buf_printf(&out, "MISS: %s=%s", pg_cluster_text(source->cluster, req->key),
                      pg_cluster_text(source->cluster, value));
    annotate(source, req->loc.line, PG_ROLE_WARN, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void annotate_selector(struct source *source, const struct pg_selector *selector,
                              struct pg_labels labels)
{
    if (selector->present && selector->nreqs == 0 && !selector->expr)
        annotate(source, selector->loc.line, PG_ROLE_MATCH, "match: selects all");
    for (uint32_t i = 0; i < selector->nreqs; i++)
        annotate_req(source, &selector->reqs[i], labels);
}

static void annotate_block(struct source *source, const struct pg_peer *peer,
                           const struct pg_end *end)
{
    if (end->kind != PG_END_ADDR) {
        const struct pg_pod *pod =
            end->kind == PG_END_POD ? &source->cluster->pods[end->index] : NULL;
        if (pod && !pod->addr_known)
            annotate(source, peer->loc.line, PG_ROLE_UNKNOWN, "?: the pod's address is not known");
        return;
    }
    bool in = pg_cidr_has(peer->cidr, end->addr);
    for (uint32_t i = 0; i < peer->nexcept; i++)
        in = in && !pg_cidr_has(peer->except[i], end->addr);
    annotate(source, peer->loc.line, in ? PG_ROLE_MATCH : PG_ROLE_WARN, in ? "match" : "MISS");
}

static void annotate_peer(struct source *source, const struct pg_peer *peer)
{
    const struct pg_end *other = source->dir == PG_EGRESS ? &source->why->to : &source->why->from;
    if (peer->kind == PG_PEER_IPBLOCK)
        annotate_block(source, peer, other);
    if (peer->kind != PG_PEER_SELECTOR || other->kind != PG_END_POD || source->policy->ns == PG_NONE)
        return;
    const struct pg_pod *pod = &source->cluster->pods[other->index];
    annotate_selector(source, &peer->namespace_selector,
                      source->cluster->namespaces[pod->ns].labels);
    if (!peer->namespace_selector.present && !peer->any_namespace && pod->ns != source->policy->ns) {
        struct pg_buf out = {0};
        pg_buf_printf(
            &out, "MISS: %s only",
            pg_cluster_text(source->cluster, source->cluster->namespaces[source->policy->ns].name));
        annotate(source, peer->loc.line, PG_ROLE_WARN, pg_buf_text(&out));
        pg_buf_free(&out);
    }
    annotate_selector(source, &peer->pod_selector, pod->labels);
}

/* "rule 2/3  ALLOW", "rule 2/3  MISS", "rule 2/3". */
static void annotate_rule(struct source *source, uint32_t position)
{
    static const char *const effects[] = {"", "ALLOW", "DENY", "PASS", "UNKNOWN"};
    static const enum pg_role roles[] = {PG_ROLE_DIM, PG_ROLE_ALL, PG_ROLE_WARN, PG_ROLE_TEXT,
                                         PG_ROLE_UNKNOWN};
    const struct pg_rule *rule = &source->policy->rules[source->dir][position];
    const struct pg_why_side *side = &source->why->sides[source->dir];
    enum pg_role role = PG_ROLE_DIM;
    struct pg_buf out = {0};
    pg_words_rule(&out, source->cluster, source->policy_index, source->dir, rule);
    for (uint32_t i = 0; i < side->nreasons && role == PG_ROLE_DIM; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        if (reason->policy == source->policy_index && reason->rule != PG_NO_INDEX &&
            reason->position == position) {
            pg_buf_printf(&out, "  %s", effects[reason->effect]);
            role = roles[reason->effect];
        }
    }
    for (uint32_t i = 0; i < side->nmisses && role == PG_ROLE_DIM; i++) {
        if (side->misses[i].policy == source->policy_index && side->misses[i].position == position) {
            pg_buf_puts(&out, "  MISS");
            role = PG_ROLE_WARN;
        }
    }
    annotate(source, rule->loc.line, role, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void annotate_subject(struct source *source)
{
    const struct pg_policy *policy = source->policy;
    if (policy->ns == PG_NONE)
        return;
    struct pg_buf out = {0};
    pg_buf_printf(&out, "selects %" PRIu32 " of %" PRIu32 " pods",
                  pg_eval_selected(source->app->world->eval, source->policy_index),
                  source->cluster->namespaces[policy->ns].npods);
    struct pg_loc loc = policy->pod_selector.loc.line ? policy->pod_selector.loc : policy->loc;
    annotate(source, loc.line, PG_ROLE_DIM, pg_buf_text(&out));
    pg_buf_free(&out);
}

static void annotate_all(struct source *source)
{
    struct pg_loc last = source->rule ? source->rule->end : source->policy->end;
    for (uint32_t line = source->page->loc.line; line <= last.line; line++) {
        struct pg_line *it = line_at(source, line);
        if (it)
            it->marked = true;
    }
    if (source->why && source->rule) {
        for (uint32_t i = 0; i < source->rule->npeers; i++)
            annotate_peer(source, &source->rule->peers[i]);
        for (uint32_t i = 0; i < source->policy->nrules[source->dir]; i++)
            annotate_rule(source, i);
    }
    annotate_subject(source);
}

/* --- the lines ------------------------------------------------------------------------------------- */

static uint32_t count_lines(const char *text)
{
    uint32_t n = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        text += length + (text[length] == '\n');
        n++;
    }
    return n;
}

static void put_lines(struct pg_page *page, const char *text, uint32_t first, uint32_t last)
{
    struct pg_buf one = {0};
    for (uint32_t line = 1; *text && line <= last; line++) {
        size_t length = strcspn(text, "\n");
        if (line >= first) {
            size_t n = length > 0 && text[length - 1] == '\r' ? length - 1 : length;
            pg_buf_clear(&one);
            /* A tab is a control character to the sanitiser, but no surprise in a source. */
            for (size_t i = 0; i < n; i++)
                pg_buf_puts(&one, text[i] == '\t' ? "    " : (char[]){text[i], '\0'});
            pg_lines_open(&page->lines);
            pg_lines_add(&page->lines, PG_ROLE_TEXT, pg_buf_text(&one));
            pg_lines_loc(&page->lines,
                         (struct pg_loc){.file = page->loc.file, .line = line, .column = 1});
        }
        text += length + (text[length] == '\n');
    }
    pg_buf_free(&one);
}

static void put_title(struct pg_page *page, const struct pg_cluster *cluster, uint32_t nlines,
                      bool changed)
{
    struct pg_buf out = {0};
    pg_words_loc(&out, cluster, page->loc, 60);
    snprintf(page->title, sizeof page->title, "%s of %" PRIu32 "%s", pg_buf_text(&out), nlines,
             changed ? "  CHANGED since it was read: R reloads" : "");
    pg_buf_free(&out);
}

void pg_page_build_source(struct pg_tui *app, struct pg_view *view)
{
    struct pg_page *page = &view->page;
    const struct pg_cluster *cluster = app->world->cluster;
    struct pg_err err = {{0}};
    bool changed = false;
    size_t length;
    const char *text = NULL;
    if (page->loc.line && page->loc.file < cluster->nfiles)
        text = pg_load_source(page->arena, &cluster->files[page->loc.file], &length, &changed, &err);
    if (!text) {
        pg_lines_wrap(&page->lines, 0, 0, PG_ROLE_WARN, PG_NO_LOC,
                      page->loc.line ? err.text
                                     : "No policy has a say here: there is no source to show.");
        return;
    }
    uint32_t line = page->loc.line;
    page->first_line = line > AROUND ? line - AROUND : 1;
    put_lines(page, text, page->first_line, line + AROUND);
    put_title(page, cluster, count_lines(text), changed);
    page->at = line - page->first_line;
    if (page->at >= page->lines.n)
        page->at = page->lines.n ? page->lines.n - 1 : 0;
    page->top = UINT32_MAX; /* the drawing puts the line in the upper third */

    const struct pg_proof *proof = pg_proof_get(app, pg_app_grid(app));
    struct source source = {.app = app, .page = page, .cluster = cluster};
    source.why = page->nplaces && proof ? proof->why : NULL;
    find_policy(&source, page->loc);
    if (source.policy)
        annotate_all(&source);
}
