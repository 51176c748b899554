/*
 * Arguments in, exit status out; and the one place where the command line meets the screen.
 */
#include <stdio.h>

#include "polgrid/cli.h"
#include "polgrid/term.h"

/* The live cluster in the terms of the screen. */
struct bridge {
    const struct pg_cli_explore *what;
    struct pg_journal_change changes[PG_LIVE_EVENTS];
};

static struct pg_cluster *load(void *context,
                               bool (*progress)(void *, const struct pg_load_progress *),
                               void *progress_context, struct pg_err *err)
{
    struct bridge *bridge = context;
    return bridge->what->load(bridge->what->context, progress, progress_context, err);
}

static void take_events(struct bridge *bridge, struct pg_tui_feed *feed)
{
    const struct pg_live_event *events =
        bridge->what->events(bridge->what->context, &feed->nchanges, &feed->more);
    for (uint32_t i = 0; i < feed->nchanges; i++)
        bridge->changes[i] = (struct pg_journal_change){.what = events[i].what,
                                                        .kind = events[i].kind,
                                                        .ns = events[i].ns,
                                                        .name = events[i].name,
                                                        .manager = events[i].manager,
                                                        .decides = events[i].decides};
    feed->changes = bridge->changes;
}

static void follow(void *context, int timeout_ms, struct pg_tui_feed *feed)
{
    struct bridge *bridge = context;
    struct pg_live_state state;
    bool take = feed->take;
    *feed = (struct pg_tui_feed){
        .changed = bridge->what->follow(bridge->what->context, timeout_ms, &state)};
    feed->proven_ms = state.proven_ms;
    feed->whole = state.whole;
    feed->outdated = state.outdated;
    feed->plugin = state.plugin;
    feed->login = state.login;
    feed->terminal = state.terminal;
    feed->said = state.said;
    if (state.trouble)
        snprintf(feed->trouble, sizeof feed->trouble, "%s", state.trouble);
    if (take)
        take_events(bridge, feed);
}

static struct pg_cluster *renew(void *context)
{
    struct bridge *bridge = context;
    return bridge->what->renew(bridge->what->context);
}

static void cancel(void *context, int fd)
{
    struct bridge *bridge = context;
    bridge->what->cancel(bridge->what->context, fd);
}

static void asked(void *context)
{
    struct bridge *bridge = context;
    bridge->what->asked(bridge->what->context);
}

static bool login(void *context, struct pg_err *err)
{
    struct bridge *bridge = context;
    return bridge->what->login(bridge->what->context, err);
}

static int explore(const struct pg_cli_explore *what)
{
    struct bridge bridge = {.what = what};
    struct pg_tui_options options = {
        .load = load,
        .follow = what->follow ? follow : NULL,
        .renew = what->renew ? renew : NULL,
        .cancel = what->cancel ? cancel : NULL,
        .asked = what->asked ? asked : NULL,
        .login = what->login ? login : NULL,
        .context = &bridge,
        .assume = what->assume,
        .title = what->title,
        .color = what->color,
        .mouse = what->mouse,
        .line_drawing = what->line_drawing,
    };
    return pg_term_run(&options);
}

int main(int argc, char **argv)
{
    return pg_cli_main(argc, argv, explore);
}
