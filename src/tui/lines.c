#include "app.h"

#include <string.h>

#include "polgrid/text.h"

/* A line of what? Nothing that is drawn is longer; a name of a megabyte ends here. */
#define SPAN_MAX 4096

void pg_lines_start(struct pg_lines *lines, struct pg_arena *arena, int width)
{
    *lines = (struct pg_lines){.arena = arena, .width = width > 1 ? width : 1};
}

void pg_lines_open(struct pg_lines *lines)
{
    lines->v = pg_vec_grow(lines->arena, lines->v, lines->n, &lines->cap, sizeof *lines->v);
    lines->v[lines->n++] = (struct pg_line){0};
}

static struct pg_line *last(struct pg_lines *lines)
{
    if (lines->n == 0)
        pg_lines_open(lines);
    return &lines->v[lines->n - 1];
}

static const char *keep_clean(struct pg_arena *arena, const char *text)
{
    struct pg_buf out = {0};
    size_t n = strlen(text);
    pg_text_clean(&out, text, n < SPAN_MAX ? n : SPAN_MAX);
    const char *kept = pg_arena_strndup(arena, pg_buf_text(&out), out.n);
    pg_buf_free(&out);
    return kept;
}

static void add_clean(struct pg_lines *lines, enum pg_role role, const char *text)
{
    struct pg_line *line = last(lines);
    line->v = pg_vec_grow(lines->arena, line->v, line->n, &line->cap, sizeof *line->v);
    line->v[line->n++] = (struct pg_span){.role = role, .text = text};
}

void pg_lines_add(struct pg_lines *lines, enum pg_role role, const char *text)
{
    add_clean(lines, role, keep_clean(lines->arena, text));
}

void pg_lines_addf(struct pg_lines *lines, enum pg_role role, const char *format, ...)
{
    struct pg_buf out = {0};
    va_list args;
    va_start(args, format);
    pg_buf_vprintf(&out, format, args);
    va_end(args);
    pg_lines_add(lines, role, pg_buf_text(&out));
    pg_buf_free(&out);
}

static int line_width(const struct pg_line *line)
{
    int width = 0;
    for (uint32_t i = 0; i < line->n; i++)
        width += pg_text_width(line->v[i].text);
    return width;
}

int pg_lines_used(struct pg_lines *lines)
{
    return line_width(last(lines));
}

void pg_lines_tab(struct pg_lines *lines, int column)
{
    int width = line_width(last(lines));
    if (width < column)
        pg_lines_addf(lines, PG_ROLE_TEXT, "%*s", column - width, "");
    else
        pg_lines_add(lines, PG_ROLE_TEXT, " ");
}

void pg_lines_note(struct pg_lines *lines, enum pg_role role, const char *text)
{
    last(lines)->note = (struct pg_span){.role = role, .text = keep_clean(lines->arena, text)};
}

void pg_lines_loc(struct pg_lines *lines, struct pg_loc loc)
{
    last(lines)->loc = loc;
}

/* Where to break `text` so that at most `columns` columns go on the line; *next is where the rest begins. */
static size_t break_at(const char *text, int columns, size_t *next)
{
    size_t n = strlen(text), fits = pg_text_prefix(text, columns > 1 ? columns : 1);
    if (fits == 0)
        fits = n < 1 ? n : 1; /* a wide character in one column: let the drawing cut it */
    if (fits >= n) {
        *next = n;
        return n;
    }
    size_t at = fits;
    while (at > 0 && text[at] != ' ')
        at--;
    if (at == 0) { /* a word longer than the line */
        while (fits < n && ((unsigned char)text[fits] & 0xc0) == 0x80)
            fits++;
        *next = fits;
        return fits;
    }
    *next = at + 1;
    return at;
}

static void open_at(struct pg_lines *lines, int indent, struct pg_loc loc)
{
    pg_lines_open(lines);
    pg_lines_loc(lines, loc);
    if (indent > 0)
        pg_lines_addf(lines, PG_ROLE_TEXT, "%*s", indent, "");
}

void pg_lines_flow(struct pg_lines *lines, int hang, enum pg_role role, struct pg_loc loc,
                   const char *text)
{
    const char *rest = keep_clean(lines->arena, text);
    int left = pg_lines_used(lines);
    for (;;) {
        size_t next, n = break_at(rest, lines->width - left, &next);
        add_clean(lines, role, pg_arena_strndup(lines->arena, rest, n));
        rest += next;
        if (!*rest)
            return;
        open_at(lines, hang, loc);
        left = hang;
    }
}

void pg_lines_wrap(struct pg_lines *lines, int indent, int hang, enum pg_role role,
                   struct pg_loc loc, const char *text)
{
    open_at(lines, indent, loc);
    pg_lines_flow(lines, hang, role, loc, text);
}

void pg_lines_draw(struct pg_frame *frame, int x, int y, int columns, const struct pg_line *line)
{
    int used = 0;
    for (uint32_t i = 0; i < line->n && used < columns; i++)
        used += pg_frame_text(frame, x + used, y, columns - used, line->v[i].role, line->v[i].text);
    if (line->note.text) {
        int width = pg_text_width(line->note.text);
        if (used + 1 + width <= columns)
            pg_frame_text(frame, x + columns - width, y, width, line->note.role, line->note.text);
        else if (used + 6 < columns)
            pg_frame_text(frame, x + used + 2, y, columns - used - 2, line->note.role,
                          line->note.text);
    }
}

void pg_lines_text(struct pg_buf *out, const struct pg_line *line)
{
    for (uint32_t i = 0; i < line->n; i++)
        pg_buf_puts(out, line->v[i].text);
    if (line->note.text)
        pg_buf_printf(out, "   %s", line->note.text);
}
