/*
 * Arguments in, exit status out; and the one place where the command line meets the screen.
 */
#include "polgrid/cli.h"
#include "polgrid/term.h"

static int explore(const struct pg_cli_explore *what)
{
    struct pg_tui_options options = {
        .load = what->load,
        .context = what->context,
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
