#include "args.h"

#include <string.h>

#include "polgrid/vec.h"

/* --- nearest names ------------------------------------------------------------------------------- */

#define PG_WORD 40u

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* How many letters must be put in, taken out or changed; words longer than PG_WORD are far from all. */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t row[PG_WORD + 1];
    size_t na = strlen(a), nb = strlen(b);
    if (na > PG_WORD || nb > PG_WORD)
        return PG_WORD;
    for (uint32_t j = 0; j <= nb; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= na; i++) {
        uint32_t corner = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= nb; j++) {
            uint32_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[nb];
}

const char *pg_cli_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    uint32_t least = (uint32_t)strlen(word) / 3 + 2;
    for (; *names; names++) {
        uint32_t far = distance(word, *names);
        if (far < least && far < strlen(*names)) {
            least = far;
            best = *names;
        }
    }
    return best;
}

/* --- options ------------------------------------------------------------------------------------- */

struct parser {
    struct pg_arena *arena;
    struct pg_cli_args *args;
    struct pg_err *err;
    char **argv;
    int argc, at;
};

static void add_word(struct parser *parser, struct pg_cli_words *words, const char *word)
{
    pg_vec_push(parser->arena, words, word);
}

static void keep(struct parser *parser, enum pg_cli_option_id id, const char *value)
{
    parser->args->given[id] = true;
    parser->args->values[id] = value;
    if (id == PG_OPT_FILENAME)
        add_word(parser, &parser->args->files, value);
    else if (id == PG_OPT_ASSUME)
        add_word(parser, &parser->args->assumes, value);
    else if (id == PG_OPT_AS_GROUP)
        add_word(parser, &parser->args->as_groups, value);
    else if (id == PG_OPT_AS_USER_EXTRA)
        add_word(parser, &parser->args->as_user_extra, value);
}

static bool unknown_long(struct parser *parser, const char *name, size_t length)
{
    const char *names[PG_NOPTIONS + 1];
    for (int id = 0; id < PG_NOPTIONS; id++)
        names[id] = pg_cli_options[id].name;
    names[PG_NOPTIONS] = NULL;
    const char *near = pg_cli_nearest(pg_arena_strndup(parser->arena, name, length), names);
    if (near)
        return pg_err_set(parser->err, "unknown option --%.*s; did you mean --%s?", (int)length,
                          name, near);
    return pg_err_set(parser->err, "unknown option --%.*s", (int)length, name);
}

/* The value of an option: what is attached, or the next argument. */
static bool take_value(struct parser *parser, const char *shown, const char *attached,
                       const char **value)
{
    *value = attached;
    if (!attached && parser->at < parser->argc)
        *value = parser->argv[parser->at++];
    return *value || pg_err_set(parser->err, "%s needs a value", shown);
}

static bool parse_long(struct parser *parser, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    for (int id = 0; id < PG_NOPTIONS; id++) {
        const struct pg_cli_option *option = &pg_cli_options[id];
        if (strlen(option->name) != length || memcmp(option->name, text, length) != 0)
            continue;
        const char *shown = pg_arena_printf(parser->arena, "--%s", option->name), *value = NULL;
        if (!option->value && equals)
            return pg_err_set(parser->err, "%s takes no value", shown);
        if (option->value && !take_value(parser, shown, equals ? equals + 1 : NULL, &value))
            return false;
        keep(parser, (enum pg_cli_option_id)id, value);
        return true;
    }
    return unknown_long(parser, text, length);
}

static bool parse_short(struct parser *parser, const char *text)
{
    for (int id = 0; id < PG_NOPTIONS; id++) {
        const struct pg_cli_option *option = &pg_cli_options[id];
        if (option->letter != text[0])
            continue;
        const char *shown = pg_arena_printf(parser->arena, "-%c", option->letter), *value = NULL;
        const char *rest = text[1] ? text + 1 : NULL;
        if (!option->value && rest)
            return pg_err_set(parser->err, "-%s: write each option by itself", text);
        if (rest && *rest == '=')
            rest++;
        if (option->value && !take_value(parser, shown, rest, &value))
            return false;
        keep(parser, (enum pg_cli_option_id)id, value);
        return true;
    }
    return pg_err_set(parser->err, "unknown option -%s", text);
}

/* --- commands and operands ----------------------------------------------------------------------- */

static bool unknown_command(struct parser *parser, const char *word)
{
    const char *names[32];
    uint32_t n = 0;
    for (const struct pg_cli_command *c = pg_cli_commands; c->name && n < 31; c++)
        names[n++] = c->name;
    names[n] = NULL;
    const char *near = pg_cli_nearest(word, names);
    if (near)
        return pg_err_set(parser->err, "unknown command %s; did you mean %s?", word, near);
    return pg_err_set(parser->err, "unknown command %s", word);
}

static bool parse_operand(struct parser *parser, const char *word)
{
    if (parser->args->command) {
        add_word(parser, &parser->args->operands, word);
        return true;
    }
    parser->args->command = pg_cli_find_command(word);
    return parser->args->command || unknown_command(parser, word);
}

static bool parse_word(struct parser *parser, const char *word, bool *only_operands)
{
    if (*only_operands || word[0] != '-' || word[1] == '\0')
        return parse_operand(parser, word);
    if (strcmp(word, "--") == 0) {
        *only_operands = true;
        return true;
    }
    return word[1] == '-' ? parse_long(parser, word + 2) : parse_short(parser, word + 1);
}

/* Without a command it is explore or matrix, and any option of either will do. */
static uint64_t allowed_options(const struct pg_cli_command *command)
{
    if (command)
        return command->options;
    return pg_cli_find_command("explore")->options | pg_cli_find_command("matrix")->options;
}

/* Options that the command has no use for are mistakes, and so are operands. */
static bool check(struct parser *parser)
{
    const struct pg_cli_args *args = parser->args;
    const struct pg_cli_command *command = args->command;
    if (args->given[PG_OPT_HELP] || args->given[PG_OPT_VERSION])
        return true;
    for (int id = 0; id < PG_NOPTIONS; id++) {
        if (args->given[id] && !(allowed_options(command) & PG_OPT_BIT(id)))
            return pg_err_set(parser->err, "%s takes no --%s",
                              command ? command->name : args->program, pg_cli_options[id].name);
    }
    const char *when = args->values[PG_OPT_COLOR];
    if (when && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 &&
        strcmp(when, "never") != 0)
        return pg_err_set(parser->err, "--color %s: auto, always or never", when);
    if (!command)
        return true;
    if (args->operands.n < command->min_operands)
        return pg_err_set(parser->err, "%s needs %s", command->name, command->operands);
    if (args->operands.n > command->max_operands)
        return pg_err_set(parser->err, "%s: one argument too many: %s", command->name,
                          args->operands.v[command->max_operands]);
    return true;
}

/* kubectl runs its plugins as kubectl-NAME, and its users type "kubectl NAME". */
static const char *program_name(int argc, char **argv)
{
    const char *name = argc > 0 && argv[0] ? argv[0] : "polgrid";
    const char *slash = strrchr(name, '/');
    if (strcmp(slash ? slash + 1 : name, "kubectl-polgrid") == 0)
        return "kubectl polgrid";
    return "polgrid";
}

bool pg_cli_args_parse(struct pg_arena *arena, int argc, char **argv, struct pg_cli_args *args,
                       struct pg_err *err)
{
    struct parser parser = {
        .arena = arena, .args = args, .err = err, .argv = argv, .argc = argc, .at = 1};
    bool only_operands = false;
    *args = (struct pg_cli_args){.program = program_name(argc, argv)};
    while (parser.at < argc) {
        const char *word = argv[parser.at++];
        if (!parse_word(&parser, word, &only_operands))
            return false;
    }
    return check(&parser);
}
