/*
 * The state of a source that is followed, as the loader's thread remembers it: what changed since then is told by the
 * events of the source, by what could be read of it, and by its network plugin.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "polgrid/text.h"
#include "polgrid/vec.h"

#define UNREAD_TOLD 20u

struct pg_tui_past {
    struct pg_cluster *cluster; /* which the world on the screen owns, too */
    /* Of its own, as that of the world is the screen's; made when something is first compared. */
    struct pg_eval *eval;
};

static struct pg_tui_past *past_of(struct pg_tui_past *past, struct pg_cluster *cluster,
                                   struct pg_eval *eval)
{
    *past = (struct pg_tui_past){.cluster = pg_cluster_keep(cluster), .eval = eval};
    return past;
}

struct pg_tui_past *pg_tui_past_new(struct pg_tui_world *world)
{
    return past_of(pg_xmalloc(sizeof(struct pg_tui_past)), world->cluster, NULL);
}

static void drop(struct pg_tui_past *past)
{
    pg_eval_free(past->eval);
    pg_cluster_free(past->cluster);
}

void pg_tui_past_free(struct pg_tui_past *past)
{
    if (!past)
        return;
    drop(past);
    free(past);
}

/* The past, compiled under the assumptions of today. */
static struct pg_eval *eval_of(struct pg_tui_past *past, const struct pg_assume *assume)
{
    if (past->eval && !pg_assume_same(pg_eval_assume(past->eval), assume)) {
        pg_eval_free(past->eval);
        past->eval = NULL;
    }
    if (!past->eval)
        past->eval = pg_eval_new(past->cluster, assume);
    return past->eval;
}

/* --- what no event tells of ------------------------------------------------------------------------ */

struct changes {
    struct pg_arena *arena;
    PG_VEC(struct pg_journal_change) list;
};

static bool is_unread(const struct pg_cluster *cluster, const struct pg_unread *unread)
{
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        const struct pg_unread *other = &cluster->unread[i];
        if (pg_text_same(other->group, unread->group) &&
            pg_text_same(other->resource, unread->resource) && pg_text_same(other->ns, unread->ns))
            return true;
    }
    return false;
}

/* What one of the two states lacks, and the other has. */
static void add_turned(struct changes *changes, const struct pg_cluster *of,
                       const struct pg_cluster *other, bool lost)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < of->nunread && told < UNREAD_TOLD; i++) {
        const struct pg_unread *unread = &of->unread[i];
        struct pg_journal_change change = {
            .what = "can be read now", .kind = unread->kind, .ns = unread->ns, .name = "*"};
        if (unread->what == PG_UNREAD_EXTRA || is_unread(other, unread))
            continue;
        told++;
        if (lost)
            change.what =
                pg_arena_printf(changes->arena, "can't be read any more: %s", unread->reason);
        change.decides = true;
        pg_vec_push(changes->arena, &changes->list, change);
    }
}

static void add_unread(struct changes *changes, const struct pg_cluster *before,
                       const struct pg_cluster *after)
{
    add_turned(changes, after, before, true);
    add_turned(changes, before, after, false);
}

static void add_plugin(struct changes *changes, const struct pg_cluster *before,
                       const struct pg_tui_world *world)
{
    struct pg_plugin was = pg_plugin_find(changes->arena, before);
    if (pg_text_same(was.sentence, world->plugin.sentence))
        return;
    struct pg_journal_change change = {
        .what = pg_arena_printf(changes->arena, "changed: %s", world->plugin.sentence),
        .kind = "enforcement",
        .name = "of policies",
        .told = true};
    pg_vec_push(changes->arena, &changes->list, change);
}

/* --- from one state to the next -------------------------------------------------------------------- */

struct pg_journal_entry *pg_tui_past_turn(struct pg_tui_past *past, const struct pg_tui_world *world,
                                          const struct pg_assume *assume,
                                          const struct pg_tui_feed *feed)
{
    struct pg_journal_entry *entry = NULL;
    struct pg_eval *after = NULL;
    struct changes changes = {.arena = pg_arena_new()};
    for (uint32_t i = 0; i < feed->nchanges; i++)
        pg_vec_push(changes.arena, &changes.list, feed->changes[i]);
    add_unread(&changes, past->cluster, world->cluster);
    add_plugin(&changes, past->cluster, world);
    if (changes.list.n + feed->more > 0) {
        after = pg_eval_new(world->cluster, assume);
        entry = pg_journal_compare(eval_of(past, assume), after, changes.list.v, changes.list.n,
                                   feed->more, (int64_t)time(NULL));
    }
    pg_arena_free(changes.arena);
    drop(past);
    past_of(past, world->cluster, after);
    return entry;
}

struct pg_tui_world *pg_tui_renew(const struct pg_tui_options *options,
                                  const struct pg_assume *assume, struct pg_tui_past *past,
                                  const struct pg_tui_feed *feed, struct pg_journal_entry **entry)
{
    struct pg_tui_world *world = pg_tui_world_of(options->renew(options->context), assume);
    *entry = pg_tui_past_turn(past, world, assume, feed);
    return world;
}
