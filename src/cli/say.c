#include "say.h"

#include <errno.h>
#include <string.h>

#include "command.h"
#include "polgrid/text.h"

void pg_cli_say(const char *format, ...)
{
    struct pg_buf text = {0}, line = {0};
    va_list args;
    va_start(args, format);
    pg_buf_vprintf(&text, format, args);
    va_end(args);
    pg_buf_puts(&line, "polgrid: ");
    pg_text_clean(&line, pg_buf_text(&text), text.n);
    pg_buf_putc(&line, '\n');
    fputs(pg_buf_text(&line), stderr);
    pg_buf_free(&text);
    pg_buf_free(&line);
}

void pg_cli_say_lines(const char *before, const char *text)
{
    struct pg_buf out = {0};
    pg_buf_printf(&out, "polgrid: %s", before);
    for (;;) {
        size_t n = strcspn(text, "\n");
        pg_text_clean(&out, text, n);
        pg_buf_putc(&out, '\n');
        text += n;
        text += strspn(text, "\n");
        if (!*text)
            break;
        pg_buf_puts(&out, "  ");
    }
    fputs(pg_buf_text(&out), stderr);
    pg_buf_free(&out);
}

int pg_cli_write(struct pg_buf *out, int status)
{
    errno = 0;
    bool written = fwrite(pg_buf_text(out), 1, out->n, stdout) == out->n && fflush(stdout) == 0;
    if (!written) {
        pg_cli_say("standard output: %s", strerror(errno));
        status = PG_CLI_USAGE;
    }
    pg_buf_free(out);
    return status;
}
