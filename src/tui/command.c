/*
 * What can be typed after the colon.
 */
#include "app.h"

#include <string.h>

#include "polgrid/text.h"

static struct pg_tui_action nothing(void)
{
    return (struct pg_tui_action){.what = PG_TUI_NOTHING};
}

static bool need_grid(struct pg_tui *app)
{
    if (!app->world)
        pg_tui_say(app, "nothing is loaded yet");
    return app->world != NULL;
}

/* The next word of *text, in place; "" at the end. */
static char *next_word(char **text)
{
    char *word = *text + strspn(*text, " ");
    size_t n = strcspn(word, " ");
    *text = word + n + (word[n] == ' ');
    word[n] = '\0';
    return word;
}

/* "A", "A B", "A -> B". */
static bool go(struct pg_tui *app, char *arguments)
{
    char *from = next_word(&arguments), *to = next_word(&arguments);
    if (strcmp(to, "->") == 0)
        to = next_word(&arguments);
    if (!*from) {
        pg_app_warn(app, "where to? NAMESPACE, NAMESPACE/NAME or NAMESPACE/KIND/NAME, one or two");
        return false;
    }
    return need_grid(app) && pg_place_goto(app, from, *to ? to : NULL);
}

static struct pg_tui_action do_goto(struct pg_tui *app, char *arguments)
{
    go(app, arguments);
    return nothing();
}

static struct pg_tui_action do_why(struct pg_tui *app, char *arguments)
{
    if (!*arguments || go(app, arguments))
        return pg_app_do(app, PG_DO_WHY);
    return nothing();
}

static struct pg_tui_action do_assume(struct pg_tui *app, char *arguments)
{
    struct pg_assume assume = app->assume;
    struct pg_err err;
    if (!need_grid(app))
        return nothing();
    if (!pg_assume_set(&assume, next_word(&arguments), &err))
        pg_app_warn(app, "%s", err.text);
    else
        pg_app_assume(app, &assume);
    return nothing();
}

static struct pg_tui_action do_port(struct pg_tui *app, char *arguments)
{
    struct pg_gridview *view = need_grid(app) ? pg_app_grid(app) : NULL;
    const char *text = next_word(&arguments);
    pg_ports ports;
    struct pg_err err;
    if (!view)
        return nothing();
    if (!pg_words_parse_ports(pg_eval_portsets(app->world->eval), text, &ports)) {
        pg_app_warn(app, "%s is no port: 8080, 53/UDP, 8000-8010/TCP, /UDP, any", text);
        return nothing();
    }
    while (pg_app_top(app)->kind != PG_VIEW_GRID)
        pg_app_pop(app);
    snprintf(view->base_ports, sizeof view->base_ports, "%s", ports == PG_PORTS_ALL ? "" : text);
    pg_gridview_filter(app, view,
                       view->filter_text ? pg_arena_strdup(app->arena, view->filter_text) : NULL,
                       view->filter_axis, &err);
    return nothing();
}

static struct pg_tui_action do_filter(struct pg_tui *app, char *arguments)
{
    struct pg_gridview *view = need_grid(app) ? pg_app_grid(app) : NULL;
    struct pg_err err;
    if (view && !pg_gridview_filter(app, view, arguments, view->filter_axis, &err))
        pg_app_warn(app, "%s", err.text);
    return nothing();
}

static struct pg_tui_action do_outside(struct pg_tui *app, char *arguments)
{
    struct pg_gridview *view = need_grid(app) ? pg_app_grid(app) : NULL;
    (void)arguments;
    if (!view)
        return nothing();
    bool outside = !(view->axes[PG_FROM].outside || view->axes[PG_TO].outside);
    view->axes[PG_FROM].outside = view->axes[PG_TO].outside = outside;
    pg_gridview_rebuild(app, view);
    pg_tui_say(app, "the outside world is %s", outside ? "shown" : "hidden: :outside shows it");
    return nothing();
}

static struct pg_tui_action do_help(struct pg_tui *app, char *arguments)
{
    (void)arguments;
    return pg_app_do(app, PG_DO_HELP);
}

static struct pg_tui_action do_reload(struct pg_tui *app, char *arguments)
{
    (void)arguments;
    return pg_app_do(app, PG_DO_RELOAD);
}

static struct pg_tui_action do_warnings(struct pg_tui *app, char *arguments)
{
    (void)arguments;
    return pg_app_do(app, PG_DO_DIAGS);
}

static struct pg_tui_action do_quit(struct pg_tui *app, char *arguments)
{
    (void)arguments;
    return pg_app_do(app, PG_DO_QUIT);
}

static const struct command {
    const char *name, *arguments, *help;
    struct pg_tui_action (*run)(struct pg_tui *, char *);
} commands[] = {
    {"goto", "NAME [NAME]", "go to a namespace, workload or pod; with two, to their cell", do_goto},
    {"why", "[FROM TO]", "the reason of a cell, on a page", do_why},
    {"port", "8080/TCP", "look at these ports only; any: at all", do_port},
    {"assume", "KEY=VALUE", "what the network plugin does, as --assume on the command line",
     do_assume},
    {"filter", "WORDS", "as / does", do_filter},
    {"outside", "", "show or hide the outside world", do_outside},
    {"warnings", "", "what was left out, and warnings", do_warnings},
    {"reload", "", "read everything again", do_reload},
    {"help", "", "all keys", do_help},
    {"quit", "", "quit", do_quit},
};

#define COUNT (sizeof commands / sizeof *commands)

/* The command that begins so: the first in the table where several do, none for an empty word. */
static const struct command *find(const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < COUNT && n > 0; i++) {
        if (strncmp(commands[i].name, word, n) == 0)
            return &commands[i];
    }
    return NULL;
}

struct pg_tui_action pg_command_run(struct pg_tui *app, const char *text)
{
    char copy[PG_PROMPT_MAX];
    snprintf(copy, sizeof copy, "%s", text);
    char *rest = copy;
    const char *word = next_word(&rest);
    const struct command *command = find(word);
    if (command)
        return command->run(app, rest);
    if (*word)
        pg_app_warn(app,
                    "no command %s: goto, why, port, assume, filter, outside, warnings, "
                    "reload, help, quit",
                    word);
    return nothing();
}

void pg_command_complete(struct pg_prompt *prompt)
{
    const struct command *command = find(prompt->text);
    if (!command || strchr(prompt->text, ' '))
        return;
    snprintf(prompt->text, sizeof prompt->text, "%s%s", command->name,
             *command->arguments ? " " : "");
    prompt->n = prompt->at = strlen(prompt->text);
}

void pg_command_help(struct pg_lines *lines)
{
    for (size_t i = 0; i < COUNT; i++) {
        pg_lines_open(lines);
        pg_lines_addf(lines, PG_ROLE_KEY, "  :%s", commands[i].name);
        pg_lines_addf(lines, PG_ROLE_TEXT, " %s", commands[i].arguments);
        pg_lines_tab(lines, lines->width < 60 ? 12 : 24);
        pg_lines_add(lines, PG_ROLE_TEXT, commands[i].help);
    }
}
