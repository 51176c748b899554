#include "help.h"

#include <string.h>

/* Columns of a line of help; where what an option does begins. */
#define PG_HELP_WIDTH  78
#define PG_HELP_INDENT 26

static bool takes_options(const struct pg_cli_command *command)
{
    return (command->options & ~PG_OPT_BIT(PG_OPT_HELP)) != 0;
}

static void print_synopsis(struct pg_buf *out, const char *program,
                           const struct pg_cli_command *command)
{
    pg_buf_printf(out, "%s %s", program, command->name);
    if (takes_options(command))
        pg_buf_puts(out, " [OPTION]...");
    if (*command->operands)
        pg_buf_printf(out, " %s", command->operands);
    pg_buf_putc(out, '\n');
}

void pg_cli_print_usage(struct pg_buf *out, const struct pg_cli_args *args)
{
    pg_buf_puts(out, "usage: ");
    if (args->command) {
        print_synopsis(out, args->program, args->command);
        pg_buf_printf(out, "`%s help %s' tells more\n", args->program, args->command->name);
    } else {
        pg_buf_printf(out, "%s [COMMAND] [OPTION]... [ARGUMENT]...\n", args->program);
        pg_buf_printf(out, "`%s help' tells more\n", args->program);
    }
}

/* Appends text broken between words; the first line begins at `column`, the others at `indent`. */
static void wrap(struct pg_buf *out, const char *text, int column, int indent)
{
    bool first = true;
    while (*text) {
        size_t length = strcspn(text, " \n");
        if (!first && column + 1 + (int)length > PG_HELP_WIDTH) {
            pg_buf_putc(out, '\n');
            pg_buf_fill(out, ' ', (size_t)indent);
            column = indent;
        } else if (!first) {
            pg_buf_putc(out, ' ');
            column++;
        }
        pg_buf_add(out, text, length);
        column += (int)length;
        first = false;
        text += length;
        if (*text == '\n') {
            pg_buf_putc(out, '\n');
            pg_buf_fill(out, ' ', (size_t)indent);
            column = indent;
            first = true;
        }
        text += *text != '\0';
    }
    pg_buf_putc(out, '\n');
}

static void print_entry(struct pg_buf *out, const char *name, const char *help)
{
    size_t width = strlen(name) + 2;
    pg_buf_printf(out, "  %s", name);
    if (width + 2 > PG_HELP_INDENT) {
        pg_buf_putc(out, '\n');
        width = 0;
    }
    pg_buf_fill(out, ' ', PG_HELP_INDENT - width);
    wrap(out, help, PG_HELP_INDENT, PG_HELP_INDENT);
}

static void print_option(struct pg_buf *out, const struct pg_cli_option *option)
{
    struct pg_buf name = {0};
    if (option->letter)
        pg_buf_printf(&name, "-%c, ", option->letter);
    else
        pg_buf_puts(&name, "    ");
    pg_buf_printf(&name, "--%s", option->name);
    if (option->value)
        pg_buf_printf(&name, " %s", option->value);
    print_entry(out, pg_buf_text(&name), option->help);
    pg_buf_free(&name);
}

static void print_options(struct pg_buf *out, const char *heading, uint64_t wanted)
{
    pg_buf_printf(out, "\n%s:\n", heading);
    for (int id = 0; id < PG_NOPTIONS; id++) {
        if (wanted & PG_OPT_BIT(id))
            print_option(out, &pg_cli_options[id]);
    }
}

static void print_commands(struct pg_buf *out)
{
    pg_buf_puts(out, "\nCommands:\n");
    for (const struct pg_cli_command *c = pg_cli_commands; c->name; c++) {
        struct pg_buf name = {0};
        pg_buf_printf(&name, "%s%s%s", c->name, *c->operands ? " " : "", c->operands);
        print_entry(out, pg_buf_text(&name), c->help);
        pg_buf_free(&name);
    }
}

static void print_overview(struct pg_buf *out, const char *program)
{
    pg_buf_printf(out, "usage: %s [COMMAND] [OPTION]... [ARGUMENT]...\n\n", program);
    wrap(out,
         "Shows who may reach whom in a Kubernetes cluster under its network policies, and for "
         "every pair the policy and rule that decide, with file and line. It reads the live "
         "cluster, manifests, and what kubectl prints; it changes nothing.",
         0, 0);
    print_commands(out);
    print_options(out, "Options", ~PG_OPT_KUBE);
    print_options(out, "The live cluster, as kubectl has it", PG_OPT_KUBE);
    pg_buf_puts(out, "\nExamples:\n");
    pg_buf_printf(out, "  %s                      the cluster of the kubeconfig\n", program);
    pg_buf_printf(out, "  %s --context prod -n shop\n", program);
    pg_buf_printf(out, "  %s --demo\n", program);
    pg_buf_printf(out, "  %s -f manifests/\n", program);
    pg_buf_printf(out, "  %s why --demo production/frontend production/api-server:8080\n", program);
    pg_buf_puts(out, "\nExit status:\n"
                     "  0  allowed, or done\n"
                     "  1  denied\n"
                     "  2  usage, or input that can't be read\n"
                     "  3  the cluster can't be reached, or says no\n"
                     "  4  undecided: the answer hangs on something that was not evaluated\n");
}

void pg_cli_print_help(struct pg_buf *out, const struct pg_cli_args *args,
                       const struct pg_cli_command *command)
{
    if (!command) {
        print_overview(out, args->program);
        return;
    }
    pg_buf_puts(out, "usage: ");
    print_synopsis(out, args->program, command);
    pg_buf_putc(out, '\n');
    struct pg_buf text = {0};
    pg_buf_printf(&text, "%s.", command->help);
    char *first = text.p;
    *first = (char)(*first - 'a' + 'A');
    wrap(out, pg_buf_text(&text), 0, 0);
    pg_buf_free(&text);
    if (command->more) {
        pg_buf_putc(out, '\n');
        wrap(out, command->more, 0, 0);
    }
    if (takes_options(command))
        print_options(out, "Options", command->options & ~PG_OPT_KUBE);
    if (command->options & PG_OPT_KUBE) {
        pg_buf_putc(out, '\n');
        struct pg_buf more = {0};
        pg_buf_printf(&more,
                      "And those of kubectl that name a live cluster: `%s help' lists them. "
                      "Without -f or --demo, the cluster of the kubeconfig is read.",
                      args->program);
        wrap(out, pg_buf_text(&more), 0, 0);
        pg_buf_free(&more);
    }
}
