#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What xterm takes; others take less, and say nothing when it is too much. */
#define OSC52_MAX 74994u

static void add_base64(struct pg_buf *out, const unsigned char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)p[i] << 16;
        if (i + 1 < n)
            group |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n)
            group |= p[i + 2];
        for (size_t k = 0; k < 4; k++)
            pg_buf_putc(out, i + k <= n ? digits[group >> (18 - 6 * k) & 0x3f] : '=');
    }
}

bool pg_clipboard_copy(int fd, const char *text, size_t n)
{
    const char *term = getenv("TERM");
    /* GNU screen passes on only what is wrapped; tmux, which also calls itself screen, knows OSC 52. */
    bool wrap = term && strncmp(term, "screen", 6) == 0 && !getenv("TMUX");
    struct pg_buf out = {0};
    bool fits = n / 3 * 4 + 4 <= OSC52_MAX;
    if (fits) {
        pg_buf_puts(&out, wrap ? "\033P\033]52;c;" : "\033]52;c;");
        add_base64(&out, (const unsigned char *)text, n);
        pg_buf_puts(&out, wrap ? "\007\033\\" : "\007");
    }
    for (size_t done = 0; done < out.n;) {
        ssize_t wrote = write(fd, out.p + done, out.n - done);
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    pg_buf_free(&out);
    return fits;
}
