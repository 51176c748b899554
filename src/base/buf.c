#include "polgrid/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/arena.h"

#define BUF_MAX ((size_t)1 << 30)

/* Room for `n` more bytes and the NUL. */
static void reserve(struct pg_buf *buf, size_t n)
{
    size_t need, cap;

    if (n >= BUF_MAX || buf->n >= BUF_MAX - n)
        pg_die("out of memory: a text of more than %zu bytes", BUF_MAX);
    need = buf->n + n + 1;
    if (need <= buf->cap)
        return;
    for (cap = buf->cap ? buf->cap : 64; cap < need;)
        cap *= 2;
    buf->p = pg_xrealloc(buf->p, cap);
    buf->cap = cap;
}

void pg_buf_free(struct pg_buf *buf)
{
    free(buf->p);
    *buf = (struct pg_buf){0};
}

void pg_buf_clear(struct pg_buf *buf)
{
    buf->n = 0;
    if (buf->p)
        buf->p[0] = '\0';
}

const char *pg_buf_text(const struct pg_buf *buf)
{
    return buf->p ? buf->p : "";
}

void pg_buf_add(struct pg_buf *buf, const char *bytes, size_t n)
{
    if (n == 0)
        return;
    reserve(buf, n);
    memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void pg_buf_puts(struct pg_buf *buf, const char *text)
{
    pg_buf_add(buf, text, strlen(text));
}

void pg_buf_putc(struct pg_buf *buf, char c)
{
    pg_buf_add(buf, &c, 1);
}

void pg_buf_fill(struct pg_buf *buf, char c, size_t n)
{
    if (n == 0)
        return;
    reserve(buf, n);
    memset(buf->p + buf->n, c, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void pg_buf_printf(struct pg_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    pg_buf_vprintf(buf, format, args);
    va_end(args);
}

void pg_buf_vprintf(struct pg_buf *buf, const char *format, va_list args)
{
    va_list again;
    size_t room = buf->cap - buf->n;
    int n;

    va_copy(again, args);
    n = vsnprintf(room ? buf->p + buf->n : NULL, room, format, args);
    assert(n >= 0);
    if ((size_t)n >= room) {
        reserve(buf, (size_t)n);
        vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
    }
    va_end(again);
    buf->n += (size_t)n;
}
