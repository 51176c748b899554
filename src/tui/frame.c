#include "polgrid/frame.h"

#include <stddef.h>

#include "polgrid/arena.h"
#include "polgrid/text.h"

#define MAX_COLUMNS 2000
#define MAX_ROWS    1000

struct pg_frame {
    struct pg_arena *arena;
    struct pg_buf clean, fit;
    struct pg_frame_cell *cells;
    int columns, rows;
    size_t room; /* cells allocated */
    int cursor_x, cursor_y;
    bool has_cursor, cursor_visible;
};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

struct pg_frame *pg_frame_new(void)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_frame *frame = pg_arena_alloc(arena, sizeof *frame);
    frame->arena = arena;
    pg_frame_resize(frame, 1, 1);
    return frame;
}

void pg_frame_free(struct pg_frame *frame)
{
    if (!frame) {
        return;
    }
    pg_buf_free(&frame->clean);
    pg_buf_free(&frame->fit);
    pg_arena_free(frame->arena);
}

void pg_frame_resize(struct pg_frame *frame, int columns, int rows)
{
    frame->columns = clamp(columns, 1, MAX_COLUMNS);
    frame->rows = clamp(rows, 1, MAX_ROWS);
    size_t want = (size_t)frame->columns * (size_t)frame->rows;
    if (want > frame->room) {
        /* The old cells stay with the arena; doubling bounds what a storm of resizes leaves there. */
        frame->room = want > 2 * frame->room ? want : 2 * frame->room;
        frame->cells = pg_arena_array(frame->arena, frame->room, sizeof *frame->cells);
    }
    pg_frame_erase(frame);
}

int pg_frame_columns(const struct pg_frame *frame)
{
    return frame->columns;
}

int pg_frame_rows(const struct pg_frame *frame)
{
    return frame->rows;
}

static struct pg_frame_cell *cell_at(const struct pg_frame *frame, int x, int y)
{
    if (x < 0 || y < 0 || x >= frame->columns || y >= frame->rows) {
        return NULL;
    }
    return &frame->cells[(size_t)y * (size_t)frame->columns + (size_t)x];
}

const struct pg_frame_cell *pg_frame_at(const struct pg_frame *frame, int x, int y)
{
    return cell_at(frame, x, y);
}

void pg_frame_erase(struct pg_frame *frame)
{
    size_t n = (size_t)frame->columns * (size_t)frame->rows;
    for (size_t i = 0; i < n; i++) {
        frame->cells[i] = (struct pg_frame_cell){.rune = ' '};
    }
    frame->has_cursor = false;
}

/* Overwriting one half of a wide character would leave the other half alone: it becomes a blank. */
static void detach(struct pg_frame *frame, int x, int y)
{
    struct pg_frame_cell *cell = cell_at(frame, x, y), *other;
    if (!cell) {
        return;
    }
    if (cell->rune == 0 && (other = cell_at(frame, x - 1, y))) {
        other->rune = ' ';
        other->marks[0] = other->marks[1] = 0;
    }
    if ((other = cell_at(frame, x + 1, y)) && other->rune == 0) {
        other->rune = ' ';
    }
}

static void set(struct pg_frame *frame, int x, int y, uint32_t rune, enum pg_role role)
{
    struct pg_frame_cell *cell = cell_at(frame, x, y);
    if (cell) {
        detach(frame, x, y);
        *cell = (struct pg_frame_cell){.rune = rune, .role = (uint8_t)role};
    }
}

static void add_mark(struct pg_frame *frame, int x, int y, uint32_t rune)
{
    struct pg_frame_cell *cell = cell_at(frame, x, y);
    if (cell && cell->rune == 0) {
        cell = cell_at(frame, x - 1, y);
    }
    if (cell) {
        cell->marks[cell->marks[0] != 0] = rune;
    }
}

/* Draws sanitised text that is known to fit. */
static int draw_clean(struct pg_frame *frame, int x, int y, enum pg_role role, const char *text,
                      size_t n)
{
    int at = x;
    for (size_t i = 0; i < n;) {
        uint32_t rune;
        i += pg_text_decode(text + i, n - i, &rune);
        int width = pg_text_rune_width(rune);
        if (width == 0) {
            add_mark(frame, at - 1, y, rune);
            continue;
        }
        if (width == 2 && !cell_at(frame, at + 1, y)) {
            set(frame, at, y, ' ', role); /* half of it would fall off the edge */
        } else {
            set(frame, at, y, rune, role);
        }
        if (width == 2 && cell_at(frame, at, y) && cell_at(frame, at + 1, y)) {
            set(frame, at + 1, y, ' ', role);
            cell_at(frame, at, y)->rune = rune;
            cell_at(frame, at + 1, y)->rune = 0;
        }
        at += width;
    }
    return at - x;
}

static const char *clean(struct pg_buf *out, const char *text)
{
    size_t n = 0;
    while (text[n]) {
        n++;
    }
    pg_buf_clear(out);
    pg_text_clean(out, text, n);
    return pg_buf_text(out);
}

int pg_frame_text(struct pg_frame *frame, int x, int y, int columns, enum pg_role role,
                  const char *text)
{
    if (columns <= 0 || y < 0 || y >= frame->rows || x >= frame->columns) {
        return 0;
    }
    const char *safe = clean(&frame->clean, text);
    pg_buf_clear(&frame->fit);
    pg_text_fit(&frame->fit, safe, columns, false);
    return draw_clean(frame, x, y, role, pg_buf_text(&frame->fit), frame->fit.n);
}

int pg_frame_text_width(const char *text)
{
    struct pg_buf out = {0};
    int width = pg_text_width(clean(&out, text));
    pg_buf_free(&out);
    return width;
}

void pg_frame_put(struct pg_frame *frame, int x, int y, uint32_t rune, enum pg_role role)
{
    set(frame, x, y, rune, role);
}

void pg_frame_fill(struct pg_frame *frame, int x, int y, int columns, uint32_t rune,
                   enum pg_role role)
{
    for (int i = 0; i < columns && x + i < frame->columns; i++) {
        set(frame, x + i, y, rune, role);
    }
}

void pg_frame_mark(struct pg_frame *frame, int x, int y, int columns, unsigned attrs)
{
    for (int i = 0; i < columns && x + i < frame->columns; i++) {
        struct pg_frame_cell *cell = cell_at(frame, x + i, y);
        if (cell) {
            cell->attrs |= (uint8_t)attrs;
        }
    }
}

void pg_frame_set_cursor(struct pg_frame *frame, int x, int y, bool visible)
{
    frame->has_cursor = true;
    frame->cursor_x = clamp(x, 0, frame->columns - 1);
    frame->cursor_y = clamp(y, 0, frame->rows - 1);
    frame->cursor_visible = visible;
}

bool pg_frame_cursor(const struct pg_frame *frame, int *x, int *y, bool *visible)
{
    *x = frame->cursor_x;
    *y = frame->cursor_y;
    *visible = frame->cursor_visible;
    return frame->has_cursor;
}

static void add_rune(struct pg_buf *out, uint32_t rune)
{
    char bytes[4];
    size_t n;
    if (rune < 0x80) {
        bytes[0] = (char)rune;
        n = 1;
    } else if (rune < 0x800) {
        bytes[0] = (char)(0xc0 | rune >> 6);
        n = 2;
    } else if (rune < 0x10000) {
        bytes[0] = (char)(0xe0 | rune >> 12);
        n = 3;
    } else {
        bytes[0] = (char)(0xf0 | rune >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++) {
        bytes[i] = (char)(0x80 | (rune >> (6 * (n - 1 - i)) & 0x3f));
    }
    pg_buf_add(out, bytes, n);
}

void pg_frame_dump(const struct pg_frame *frame, struct pg_buf *out)
{
    for (int y = 0; y < frame->rows; y++) {
        int end = frame->columns;
        while (end > 0 && cell_at(frame, end - 1, y)->rune == ' ' &&
               !cell_at(frame, end - 1, y)->marks[0]) {
            end--;
        }
        for (int x = 0; x < end; x++) {
            const struct pg_frame_cell *cell = cell_at(frame, x, y);
            if (cell->rune) {
                add_rune(out, cell->rune);
            }
            for (int i = 0; i < 2 && cell->marks[i]; i++) {
                add_rune(out, cell->marks[i]);
            }
        }
        pg_buf_putc(out, '\n');
    }
}

static char look_letter(unsigned attrs)
{
    switch (attrs) {
    case 0: return ' ';
    case PG_ATTR_BOLD: return 'B';
    case PG_ATTR_DIM: return 'd';
    case PG_ATTR_REVERSE: return 'R';
    case PG_ATTR_UNDERLINE: return 'U';
    default: return '*';
    }
}

void pg_frame_dump_looks(const struct pg_frame *frame, struct pg_buf *out)
{
    for (int y = 0; y < frame->rows; y++) {
        size_t start = out->n;
        for (int x = 0; x < frame->columns; x++) {
            const struct pg_frame_cell *cell = cell_at(frame, x, y);
            struct pg_look look = pg_theme_look((enum pg_role)cell->role, PG_DEPTH_MONO, false);
            pg_buf_putc(out, look_letter(look.attrs | cell->attrs));
        }
        while (out->n > start && out->p[out->n - 1] == ' ') {
            out->p[--out->n] = '\0';
        }
        pg_buf_putc(out, '\n');
    }
}
