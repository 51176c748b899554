/*
 * A growing text buffer. The text is always terminated by a NUL; `n` does not count it.
 * Start with `struct pg_buf b = {0};`, end with pg_buf_free(). Grows to at most 1 GiB, then pg_die().
 */
#ifndef POLGRID_BUF_H
#define POLGRID_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct pg_buf {
    char *p;
    size_t n, cap;
};

void pg_buf_free(struct pg_buf *buf);
void pg_buf_clear(struct pg_buf *buf);
/* The text, "" for a buffer never written. */
const char *pg_buf_text(const struct pg_buf *buf);
void pg_buf_add(struct pg_buf *buf, const char *bytes, size_t n);
void pg_buf_puts(struct pg_buf *buf, const char *text);
void pg_buf_putc(struct pg_buf *buf, char c);
void pg_buf_fill(struct pg_buf *buf, char c, size_t n);
void pg_buf_printf(struct pg_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void pg_buf_vprintf(struct pg_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
