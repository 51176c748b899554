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

/* Looks at some ports only, from the grid on top. */
static void look_at(struct pg_tui *app, struct pg_gridview *view, const char *text, pg_ports ports)
{
    struct pg_err err;
    while (pg_app_top(app)->kind != PG_VIEW_GRID)
        pg_app_pop(app);
    snprintf(view->base_ports, sizeof view->base_ports, "%s", ports == PG_PORTS_ALL ? "" : text);
    pg_gridview_filter(app, view,
                       view->filter_text ? pg_arena_strdup(app->arena, view->filter_text) : NULL,
                       view->filter_axis, &err);
}

/* Cuts the port off "NAME:PORT" and returns it; NULL where there is none. An address is not cut. */
static char *cut_port(struct pg_tui *app, char *name)
{
    pg_ports ports;
    char *colon = strrchr(name, ':');
    if (!colon || pg_place_known(app, PG_TO, name) ||
        !pg_words_parse_ports(pg_eval_portsets(app->world->eval), colon + 1, &ports))
        return NULL;
    *colon = '\0';
    return colon + 1;
}

/* "A", "A B", "A -> B", "A B:8080/TCP". */
static bool go(struct pg_tui *app, char *arguments)
{
    pg_ports ports;
    char *from = next_word(&arguments), *to = next_word(&arguments);
    if (strcmp(to, "->") == 0)
        to = next_word(&arguments);
    if (!*from) {
        pg_app_warn(app, "where to? NAMESPACE, NAMESPACE/NAME or NAMESPACE/KIND/NAME, one or two");
        return false;
    }
    if (!need_grid(app))
        return false;
    char text[PG_PORTS_TEXT] = "";
    const char *port = cut_port(app, *to ? to : from);
    if (port) /* as `polgrid why` takes it: a bare number is TCP's */
        snprintf(text, sizeof text, "%s%s", port, port[strspn(port, "0123456789")] ? "" : "/TCP");
    if (!pg_place_goto(app, from, *to ? to : NULL))
        return false;
    if (port && pg_words_parse_ports(pg_eval_portsets(app->world->eval), text, &ports))
        look_at(app, pg_app_grid(app), text, ports);
    return true;
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
    if (!view)
        return nothing();
    if (!*text) {
        pg_app_warn(app, "which ports? 8080, 53/UDP, 8000-8010/TCP, /UDP, any");
        return nothing();
    }
    if (!pg_words_parse_ports(pg_eval_portsets(app->world->eval), text, &ports)) {
        pg_app_warn(
            app,
            "%s is no port: 8080, 53/UDP, 8000-8010/TCP, /UDP, any. A name is another number "
            "in every pod: give the number",
            text);
        return nothing();
    }
    look_at(app, view, text, ports);
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

static struct pg_tui_action do_login(struct pg_tui *app, char *arguments)
{
    (void)arguments;
    return pg_app_do(app, PG_DO_LOGIN);
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
    {"why", "[FROM TO[:PORT]]", "the reason of a cell, on a page", do_why},
    {"port", "NUMBER[/PROTO]", "look at these ports only: 8080, 53/UDP, any", do_port},
    {"assume", "KEY=VALUE", "what the network plugin does, as --assume on the command line",
     do_assume},
    {"filter", "WORDS", "as / does", do_filter},
    {"outside", "", "show or hide the outside world", do_outside},
    {"warnings", "", "what was left out, and warnings", do_warnings},
    {"reload", "", "read everything again", do_reload},
    {"login", "", "run the credential plugin, with the terminal", do_login},
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
                    "reload, login, help, quit",
                    word);
    return nothing();
}

/* --- completion ------------------------------------------------------------------------------------ */

/* What goes on from a word: the part that all ways share, and the ways. */
struct ways {
    const char *word;
    size_t n;
    char common[PG_PROMPT_MAX];
    uint32_t found;
    struct pg_buf list;
};

/* More of them than this are no help on a line. */
#define WAYS_SHOWN 24u

static void add_way(struct ways *ways, const char *way)
{
    if (strncmp(way, ways->word, ways->n) != 0)
        return;
    size_t same = 0;
    while (ways->common[same] && ways->common[same] == way[same])
        same++;
    if (ways->found++ == 0)
        snprintf(ways->common, sizeof ways->common, "%s", way);
    else
        ways->common[same] = '\0';
    if (ways->found <= WAYS_SHOWN)
        pg_buf_printf(&ways->list, "%s%s", ways->list.n ? "  " : "", way);
    else if (ways->found == WAYS_SHOWN + 1)
        pg_buf_puts(&ways->list, "  ..");
}

static void add_commands(struct ways *ways)
{
    for (size_t i = 0; i < COUNT; i++)
        add_way(ways, commands[i].name);
}

/* Keys up to the "=", from there on values. */
static void add_assumptions(struct ways *ways)
{
    char text[64];
    const char *key, *value;
    for (unsigned i = 0; (key = pg_assume_key(i)); i++) {
        snprintf(text, sizeof text, "%s=", key);
        size_t n = strlen(text);
        if (ways->n < n || strncmp(ways->word, text, n) != 0) {
            add_way(ways, text);
            continue;
        }
        for (unsigned k = 0; (value = pg_assume_value(i, k)); k++) {
            snprintf(text, sizeof text, "%s=%s", key, value);
            if (strcmp(value, "CIDR") != 0)
                add_way(ways, text);
        }
    }
}

/* Namespaces; once one is written, its workloads; the groups outside. */
static void add_names(struct ways *ways, struct pg_tui *app)
{
    const struct pg_cluster *cluster = app->world->cluster;
    struct pg_buf text = {0};
    bool inside = memchr(ways->word, '/', ways->n) != NULL;
    for (uint32_t i = 0; i < cluster->nnamespaces && !inside; i++)
        add_way(ways, pg_cluster_text(cluster, cluster->namespaces[i].name));
    for (uint32_t i = 0; i < cluster->nworkloads && inside; i++) {
        const struct pg_workload *workload = &cluster->workloads[i];
        pg_buf_clear(&text);
        pg_buf_printf(&text, "%s/%s",
                      pg_cluster_text(cluster, cluster->namespaces[workload->ns].name),
                      pg_cluster_text(cluster, workload->name));
        add_way(ways, pg_buf_text(&text));
    }
    for (uint32_t i = pg_eval_nclasses(app->world->eval); i > 0; i--) {
        if (pg_eval_class(app->world->eval, i - 1)->kind != PG_CLASS_OUTSIDE)
            break;
        pg_buf_clear(&text);
        pg_grid_outside_name(&text, app->world->eval, i - 1);
        add_way(ways, pg_buf_text(&text));
    }
    pg_buf_free(&text);
}

/* What the command at the start of the line takes at its end. */
static void add_arguments(struct ways *ways, struct pg_tui *app, const char *text)
{
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, " "), text);
    const struct command *command = find(word);
    if (command && command->run == do_assume)
        add_assumptions(ways);
    else if (command && app->world && (command->run == do_goto || command->run == do_why))
        add_names(ways, app);
}

void pg_command_complete(struct pg_tui *app, struct pg_prompt *prompt)
{
    const char *text = prompt->text + strspn(prompt->text, " ");
    const char *word = strrchr(text, ' ');
    bool first = word == NULL;
    word = first ? text : word + 1;
    struct ways ways = {.word = word, .n = strlen(word)};
    if (first)
        add_commands(&ways);
    else
        add_arguments(&ways, app, text);
    if (ways.found == 0) {
        snprintf(prompt->wrong, sizeof prompt->wrong, "nothing goes on so");
    } else {
        const struct command *command = first && ways.found == 1 ? find(ways.common) : NULL;
        size_t before = (size_t)(word - prompt->text);
        snprintf(prompt->text + before, sizeof prompt->text - before, "%s%s", ways.common,
                 command && *command->arguments ? " " : "");
        prompt->n = prompt->at = strlen(prompt->text);
        snprintf(prompt->wrong, sizeof prompt->wrong, "%s",
                 ways.found > 1 ? pg_buf_text(&ways.list) : "");
    }
    pg_buf_free(&ways.list);
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
