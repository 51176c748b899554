/*
 * A source that changes while it is looked at: worlds that follow each other, how fresh they are, and the journal
 * of what changed.
 */
#include "app.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "polgrid/clock.h"

#define KEPT_ENTRIES 500u
#define KEPT_CELLS   50000u /* of all of them */
#define KEPT_SECONDS 3600
#define STALE_MS     45000 /* unheard of for so long: two heartbeats were missed */

/* --- worlds that follow ---------------------------------------------------------------------------- */

/* Whether the screen shows something that must not change under one's eyes. */
static bool is_reading(const struct pg_tui *app)
{
    return app->loading || app->prompt.kind != PG_PROMPT_NONE ||
           (app->depth > 0 && app->stack[app->depth - 1]->kind != PG_VIEW_GRID);
}

static void add_entry(struct pg_tui *app, struct pg_journal_entry *entry)
{
    uint32_t n = 0, cells = 0;
    if (!entry)
        return;
    entry->older = app->journal;
    entry->number = ++app->nnoted;
    app->journal = entry;
    for (struct pg_journal_entry **at = &app->journal; *at;) {
        cells += (*at)->ncells;
        bool old = entry->time - (*at)->time > KEPT_SECONDS || n >= KEPT_ENTRIES ||
                   (n > 0 && cells > KEPT_CELLS);
        if (!old) {
            n++;
            at = &(*at)->older;
            continue;
        }
        struct pg_journal_entry *gone = *at;
        *at = gone->older;
        pg_journal_free(gone);
    }
    app->nentries = n;
}

void pg_news_print_turns(struct pg_buf *out, const struct pg_journal_entry *entry)
{
    if (entry->not_compared) {
        pg_buf_printf(out, "cells not compared: %s", entry->not_compared);
        return;
    }
    if (entry->turns[PG_TURN_GAINED] + entry->turns[PG_TURN_LOST] + entry->turns[PG_TURN_OTHER] == 0)
        pg_buf_puts(out, "no cell changed");
    static const char *const words[] = {"opened", "closed", "changed"};
    const char *before = "";
    for (int turn = PG_TURN_GAINED; turn <= PG_TURN_OTHER; turn++) {
        if (entry->turns[turn] == 0)
            continue;
        pg_buf_puts(out, before);
        pg_words_plural(out, entry->turns[turn], "cell", "cells");
        pg_buf_printf(out, " %s", words[turn]);
        before = ", ";
    }
    if (entry->outside_in_part)
        pg_buf_puts(out, "; of what is outside only a part was compared");
}

void pg_news_print_change(struct pg_buf *out, const struct pg_journal_change *change)
{
    pg_buf_printf(out, "%s %s%s%s %s", change->kind, change->ns ? change->ns : "",
                  change->ns ? "/" : "", change->name, change->what);
    /* Who removed an object it does not say; who wrote it last may help to find out. */
    if (change->manager && strncmp(change->what, "removed", 7) == 0)
        pg_buf_printf(out, " (last written by %s)", change->manager);
    else if (change->manager)
        pg_buf_printf(out, " by %s", change->manager);
}

/* Of several changes the one to name: rather a policy than a pod. */
static const struct pg_journal_change *main_change(const struct pg_journal_entry *entry)
{
    for (uint32_t i = 0; i < entry->nchanges; i++)
        if (entry->changes[i].decides)
            return &entry->changes[i];
    return &entry->changes[0];
}

static void say_entry(struct pg_tui *app, const struct pg_journal_entry *entry)
{
    struct pg_buf out = {0};
    const struct pg_journal_change *change = entry->nchanges > 0 ? main_change(entry) : NULL;
    bool turned =
        entry->turns[PG_TURN_GAINED] + entry->turns[PG_TURN_LOST] + entry->turns[PG_TURN_OTHER] > 0;
    if (!change || (!change->decides && !change->told && !turned))
        return; /* pods come and go */
    pg_news_print_change(&out, change);
    if (entry->nchanges + entry->more > 1)
        pg_buf_printf(&out, " and %" PRIu32 " more", entry->nchanges + entry->more - 1);
    pg_buf_puts(&out, ": ");
    pg_news_print_turns(&out, entry);
    pg_buf_puts(&out, " (c)");
    pg_tui_say(app, "%s", pg_buf_text(&out));
    pg_buf_free(&out);
}

void pg_news_settle(struct pg_tui *app)
{
    struct pg_tui_world *world = app->next;
    if (!world || is_reading(app))
        return;
    app->next = NULL;
    app->nahead = 0;
    pg_app_replace(app, world);
}

void pg_tui_noted(struct pg_tui *app, struct pg_journal_entry *entry)
{
    add_entry(app, entry);
    if (entry)
        pg_tui_say(app,
                   "read again: %" PRIu32 " pods, %" PRIu32 " policies, and there are changes (c)",
                   app->world->cluster->npods, pg_cluster_count_policies(app->world->cluster));
}

void pg_tui_changed(struct pg_tui *app, struct pg_tui_world *world, struct pg_journal_entry *entry)
{
    add_entry(app, entry);
    app->nahead += entry != NULL;
    pg_tui_world_free(app->next);
    app->next = world;
    pg_news_settle(app);
    if (entry && !app->next)
        say_entry(app, entry);
}

void pg_tui_fed(struct pg_tui *app, const struct pg_tui_feed *feed)
{
    app->fed = true;
    app->feed = *feed;
    app->feed.changes = NULL;
    app->feed.nchanges = 0;
    app->feed.said = NULL;
    pg_buf_clear(&app->said);
    if (feed->said)
        pg_buf_puts(&app->said, feed->said);
}

void pg_news_free(struct pg_tui *app)
{
    pg_tui_world_free(app->next);
    while (app->journal) {
        struct pg_journal_entry *older = app->journal->older;
        pg_journal_free(app->journal);
        app->journal = older;
    }
    pg_buf_free(&app->said);
}

/* --- words ----------------------------------------------------------------------------------------- */

static void print_age(struct pg_buf *out, int64_t ms)
{
    int64_t s = ms / 1000;
    if (s < 60)
        pg_buf_printf(out, "%" PRId64 "s", s);
    else if (s < 3600)
        pg_buf_printf(out, "%" PRId64 "m", s / 60);
    else
        pg_buf_printf(out, "%" PRId64 "h%" PRId64 "m", s / 3600, s / 60 % 60);
}

bool pg_news_words(struct pg_buf *out, const struct pg_tui *app)
{
    int64_t age = pg_clock_ms() - app->feed.proven_ms;
    if (!app->fed)
        return false;
    if (age > STALE_MS || *app->feed.trouble) {
        pg_buf_puts(out, "STALE ");
        print_age(out, age);
        return true;
    }
    pg_buf_puts(out, app->next ? "live, changed since" : "live");
    if (!app->feed.whole)
        pg_buf_puts(out, " in part");
    return false;
}

bool pg_news_wants_login(const struct pg_tui *app)
{
    return app->fed && app->feed.login && *app->feed.trouble;
}

bool pg_news_why_stale(struct pg_buf *out, const struct pg_tui *app)
{
    struct pg_buf words = {0};
    bool stale = pg_news_words(&words, app) && *app->feed.trouble;
    /* First what can be done: the reason may be cut. */
    if (stale) {
        pg_buf_puts(out, pg_buf_text(&words));
        if (pg_news_wants_login(app))
            pg_buf_puts(out, app->feed.terminal ? ", L logs in" : ", L runs it again");
        pg_buf_puts(out, ": ");
        for (const char *p = app->feed.trouble; *p; p++)
            pg_buf_putc(out, *p == '\n' ? ' ' : *p);
    }
    pg_buf_free(&words);
    return stale;
}

/* A text of several lines. */
static void put_text(struct pg_lines *lines, enum pg_role role, const char *text)
{
    struct pg_buf line = {0};
    for (const char *p = text, *end; *p; p = end + (*end == '\n')) {
        end = p + strcspn(p, "\n");
        pg_buf_clear(&line);
        pg_buf_add(&line, p, (size_t)(end - p));
        pg_lines_wrap(lines, 2, 4, role, PG_NO_LOC, pg_buf_text(&line));
    }
    pg_buf_free(&line);
}

void pg_news_put_stale(struct pg_lines *lines, const struct pg_tui *app)
{
    struct pg_buf out = {0};
    if (pg_news_words(&out, app) && *app->feed.trouble) {
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_HEADING, pg_buf_text(&out));
        put_text(lines, PG_ROLE_WARN, app->feed.trouble);
        if (pg_news_wants_login(app))
            pg_lines_wrap(lines, 2, 4, PG_ROLE_TEXT, PG_NO_LOC,
                          app->feed.terminal
                              ? "L logs in: the plugin has the terminal then."
                              : "L runs the plugin again, R reads everything again.");
        pg_lines_open(lines);
    }
    if (app->said.n) {
        pg_lines_open(lines);
        pg_lines_add(lines, PG_ROLE_HEADING, "WHAT THE CREDENTIAL PLUGIN SAID LAST");
        put_text(lines, PG_ROLE_TEXT, app->said.p);
        pg_lines_open(lines);
    }
    pg_buf_free(&out);
}

void pg_news_print_time(struct pg_buf *out, int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm tm;
    char text[16] = "";
    if (localtime_r(&time, &tm))
        strftime(text, sizeof text, "%H:%M:%S", &tm);
    pg_buf_puts(out, text);
}

/* The last entry of what is shown that has a cell; *cell is it. */
static const struct pg_journal_entry *last_entry(const struct pg_tui *app,
                                                 const struct pg_end *from, const struct pg_end *to,
                                                 const struct pg_journal_cell **cell)
{
    struct pg_arena *scratch = pg_arena_new();
    const char *source = pg_journal_name(scratch, app->world->eval, from);
    const char *destination = pg_journal_name(scratch, app->world->eval, to);
    const struct pg_journal_entry *entry = app->journal;
    for (uint32_t i = 0; i < app->nahead && entry; i++)
        entry = entry->older; /* what is shown is from before it */
    while (entry && !(*cell = pg_journal_find(entry, source, destination)))
        entry = entry->older;
    pg_arena_free(scratch);
    return entry;
}

bool pg_news_story(struct pg_buf *out, const struct pg_tui *app, const struct pg_end *from,
                   const struct pg_end *to)
{
    const struct pg_journal_cell *cell;
    const struct pg_journal_entry *entry = last_entry(app, from, to, &cell);
    if (!entry)
        return false;
    pg_buf_printf(out, "was %s%s until ", cell->before, cell->some ? " for some pods" : "");
    pg_news_print_time(out, entry->time);
    pg_buf_puts(out, ": ");
    if (entry->nchanges > 0)
        pg_news_print_change(out, main_change(entry));
    if (entry->nchanges + entry->more > 1)
        pg_buf_printf(out, " (one of %" PRIu32 " changes)", entry->nchanges + entry->more);
    return true;
}

void pg_news_put_story(struct pg_lines *lines, const struct pg_tui *app,
                       const struct pg_proof *proof)
{
    const struct pg_end *from = proof->flow ? &proof->flow->from : NULL;
    const struct pg_end *to = proof->flow ? &proof->flow->to : NULL;
    struct pg_buf out = {0};
    if (!app->journal || !from)
        return;
    if (pg_news_story(&out, app, from, to))
        pg_lines_wrap(lines, 2, 4, PG_ROLE_WARN, PG_NO_LOC, pg_buf_text(&out));
    pg_buf_free(&out);
}
