/*
 * The page of what changed: the newest first, each with the objects, and the cells that it opened and closed; of many
 * cells the pairs of namespaces, until it is unfolded.
 */
#include <inttypes.h>
#include <string.h>

#include "app.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

#define CELLS_SHOWN   8u /* of an entry that is folded */
#define PAIRS_SHOWN   12u
#define CHANGES_SHOWN 8u

static const char *const marks[] = {"+", "-", "~"};

static enum pg_role role_of(enum pg_journal_turn turn)
{
    return turn == PG_TURN_GAINED ? PG_ROLE_ALL
           : turn == PG_TURN_LOST ? PG_ROLE_DENY
                                  : PG_ROLE_TEXT;
}

/* Says of the lines from `first` on what they tell of. */
static void tag(struct pg_lines *lines, uint32_t first, const struct pg_journal_entry *entry,
                const struct pg_journal_cell *cell)
{
    for (uint32_t i = first; i < lines->n; i++) {
        lines->v[i].entry = entry->number;
        lines->v[i].cell = cell ? (uint32_t)(cell - entry->cells) + 1 : 0;
    }
}

/* --- cells ------------------------------------------------------------------------------------------ */

static void put_cell(struct pg_lines *lines, const struct pg_journal_entry *entry,
                     const struct pg_journal_cell *cell)
{
    struct pg_buf out = {0};
    uint32_t first = lines->n;
    pg_buf_printf(&out, "%s %s -> %s  %s, was %s%s", marks[cell->turn], cell->from, cell->to,
                  cell->after, cell->before, cell->some ? " (some of their pods)" : "");
    pg_lines_wrap(lines, 4, 8, role_of(cell->turn), PG_NO_LOC, pg_buf_text(&out));
    tag(lines, first, entry, cell);
    pg_buf_free(&out);
}

static void put_cells(struct pg_lines *lines, const struct pg_journal_entry *entry)
{
    uint32_t all = entry->turns[0] + entry->turns[1] + entry->turns[2];
    /* What opened first, then what closed. */
    for (uint32_t turn = 0; turn < 3; turn++)
        for (uint32_t i = 0; i < entry->ncells; i++)
            if (entry->cells[i].turn == (enum pg_journal_turn)turn)
                put_cell(lines, entry, &entry->cells[i]);
    if (all > entry->ncells) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "    and %" PRIu32 " more that are not kept",
                      all - entry->ncells);
    }
}

/* Cells of one sort between two namespaces, or one and a group outside. */
struct pair {
    const struct pg_journal_cell *first;
    uint32_t ncells;
};

/* The namespace of "shop/Deployment/web"; all of what has none. */
static int ns_length(const char *name)
{
    const char *slash = strchr(name, '/');
    const char *next = slash ? strchr(slash + 1, '/') : NULL; /* "10.0.0.0/8" has but one */
    return (int)(next ? (size_t)(slash - name) : strlen(name));
}

static bool same_ns(const char *a, const char *b)
{
    int n = ns_length(a);
    return n == ns_length(b) && strncmp(a, b, (size_t)n) == 0;
}

static bool same_pair(const struct pg_journal_cell *a, const struct pg_journal_cell *b)
{
    return a->turn == b->turn && same_ns(a->from, b->from) && same_ns(a->to, b->to);
}

static uint64_t hash_ns(const char *name, uint64_t seed)
{
    return pg_hash(name, (size_t)ns_length(name), seed);
}

static void put_pairs(struct pg_lines *lines, const struct pg_journal_entry *entry)
{
    PG_VEC(struct pair) pairs = {0};
    struct pg_map places = {0};
    uint32_t left = entry->ncells;
    for (uint32_t i = 0; i < entry->ncells; i++) {
        const struct pg_journal_cell *cell = &entry->cells[i];
        uint64_t key = hash_ns(cell->from, hash_ns(cell->to, (uint64_t)cell->turn));
        const uint32_t *place;
        while ((place = pg_map_get(&places, key)) != NULL && !same_pair(pairs.v[*place].first, cell))
            key++;
        uint32_t k = place ? *place : pairs.n;
        if (!place) {
            pg_map_put(&places, key, k);
            pg_vec_push(lines->arena, &pairs, ((struct pair){cell, 0}));
        }
        pairs.v[k].ncells++;
    }
    pg_map_free(&places);
    for (uint32_t i = 0; i < pairs.n && i < PAIRS_SHOWN; i++) {
        const struct pg_journal_cell *cell = pairs.v[i].first;
        struct pg_buf out = {0};
        pg_buf_printf(&out, "%s %.*s -> %.*s  ", marks[cell->turn], ns_length(cell->from),
                      cell->from, ns_length(cell->to), cell->to);
        pg_words_plural(&out, pairs.v[i].ncells, "cell", "cells");
        pg_lines_wrap(lines, 4, 8, role_of(cell->turn), PG_NO_LOC, pg_buf_text(&out));
        pg_buf_free(&out);
        left -= pairs.v[i].ncells;
    }
    pg_lines_open(lines);
    if (left > 0)
        pg_lines_addf(lines, PG_ROLE_DIM, "    and %" PRIu32 " more; ", left);
    else
        pg_lines_add(lines, PG_ROLE_DIM, "    ");
    pg_lines_add(lines, PG_ROLE_DIM, "Enter lists the cells");
}

/* --- entries ---------------------------------------------------------------------------------------- */

static void put_changes(struct pg_lines *lines, const struct pg_journal_entry *entry)
{
    uint32_t n =
        entry->unfolded || entry->nchanges < CHANGES_SHOWN ? entry->nchanges : CHANGES_SHOWN;
    struct pg_buf out = {0};
    for (uint32_t i = 0; i < n; i++) {
        pg_buf_clear(&out);
        pg_news_print_change(&out, &entry->changes[i]);
        pg_lines_wrap(lines, 2, 4, PG_ROLE_TEXT, PG_NO_LOC, pg_buf_text(&out));
    }
    if (entry->more + (entry->nchanges - n) > 0) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_DIM, "  and %" PRIu32 " more objects",
                      entry->more + (entry->nchanges - n));
    }
    pg_buf_free(&out);
}

static void put_entry(struct pg_lines *lines, const struct pg_journal_entry *entry)
{
    struct pg_buf out = {0};
    uint32_t first = lines->n;
    pg_news_print_time(&out, entry->time);
    pg_buf_puts(&out, "  ");
    pg_news_print_turns(&out, entry);
    pg_lines_open(lines);
    pg_lines_add(lines, PG_ROLE_HEADING, pg_buf_text(&out));
    put_changes(lines, entry);
    tag(lines, first, entry, NULL);
    first = lines->n;
    if (entry->unfolded || entry->ncells <= CELLS_SHOWN) {
        put_cells(lines, entry);
    } else {
        put_pairs(lines, entry);
        tag(lines, first, entry, NULL);
    }
    pg_lines_open(lines);
    pg_buf_free(&out);
}

void pg_page_build_journal(struct pg_tui *app, struct pg_view *view)
{
    struct pg_lines *lines = &view->page.lines;
    const char *none = app->options.follow
                           ? "Nothing has changed since the cluster was read."
                           : "The source is not a live cluster: it does not change by itself.";
    pg_news_put_stale(lines, app);
    for (const struct pg_journal_entry *entry = app->journal; entry; entry = entry->older)
        put_entry(lines, entry);
    if (!app->journal)
        pg_lines_wrap(lines, 0, 0, PG_ROLE_TEXT, PG_NO_LOC, none);
    snprintf(view->page.title, sizeof view->page.title, "what changed in the last hour");
}

void pg_changes_open(struct pg_tui *app, struct pg_view *view)
{
    struct pg_page *page = &view->page;
    const struct pg_line *line = page->at < page->lines.n ? &page->lines.v[page->at] : NULL;
    struct pg_journal_entry *entry = app->journal;
    /* It may have been forgotten since the page was made. */
    while (entry && line && entry->number != line->entry)
        entry = entry->older;
    if (!entry || !line ||
        (!line->cell && entry->ncells <= CELLS_SHOWN && entry->nchanges <= CHANGES_SHOWN)) {
        pg_tui_say(app, "nothing to open on this line");
    } else if (line->cell) {
        const struct pg_journal_cell *cell = &entry->cells[line->cell - 1];
        char *from = pg_arena_strdup(app->arena, cell->from);
        char *to = pg_arena_strdup(app->arena, cell->to);
        pg_place_goto(app, from, to);
    } else {
        entry->unfolded = !entry->unfolded;
        page->built = 0;
    }
}
