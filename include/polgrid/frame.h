/*
 * A frame: what the screen shows, as a buffer of cells. The views draw into it, the terminal copies it,
 * and a test reads it as text: nothing here knows of a terminal.
 *
 * A cell holds a character, a role and attributes. Roles say what a thing is (an answer that denies, a
 * key of the footer), themes say how that looks (pg_theme_look). The character comes first: a frame without
 * any look says the same.
 *
 * Text enters by one door, pg_frame_text(), which passes it through the sanitiser of text.h. Drawing
 * outside the frame is allowed and does nothing, so that no view computes with care on tiny screens.
 * Columns and rows count from 0.
 */
#ifndef POLGRID_FRAME_H
#define POLGRID_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/buf.h"

/* What a cell is. The order is that of the table of looks in theme.c. */
enum pg_role {
    PG_ROLE_TEXT,
    PG_ROLE_DIM,     /* of little weight: rules, places, hints */
    PG_ROLE_TITLE,   /* the bar at the top */
    PG_ROLE_HEADING, /* of a section; the cursor's row and column */
    PG_ROLE_KEY,     /* a key to press */
    PG_ROLE_CURSOR,  /* [ ] around the cell, > and v at its row and column */
    PG_ROLE_NONE,    /* cell.none: nothing allowed, or no pods */
    PG_ROLE_OPEN,    /* cell.open: allowed because no policy selects either side */
    PG_ROLE_LOW,     /* cell.low: less than half allowed by rules */
    PG_ROLE_SOME,    /* cell.some: half or more */
    PG_ROLE_ALL,     /* cell.all: all of it */
    PG_ROLE_DENY,    /* deny: the word, and e i x */
    PG_ROLE_UNKNOWN, /* not evaluated, or not yet */
    PG_ROLE_WARN,    /* what needs a look: left out, half open, failed */
    PG_ROLE_MATCH,   /* found by a search; a part of a rule that matches */
    PG_ROLE_PROMPT,  /* what is being typed */
    PG_NROLES
};

/* Attributes, or-ed. */
enum {
    PG_ATTR_BOLD = 1,
    PG_ATTR_DIM = 2,
    PG_ATTR_REVERSE = 4,
    PG_ATTR_UNDERLINE = 8,
};

struct pg_frame_cell {
    uint32_t rune;     /* 0: the right half of the wide character before it */
    uint32_t marks[2]; /* combining marks, 0 where there are none */
    uint8_t role, attrs;
};

struct pg_frame;

/* An empty frame of one cell. */
struct pg_frame *pg_frame_new(void);
void pg_frame_free(struct pg_frame *frame);

/* Sets the size, at least 1 x 1 and at most 2000 x 1000, and erases. */
void pg_frame_resize(struct pg_frame *frame, int columns, int rows);
int pg_frame_columns(const struct pg_frame *frame);
int pg_frame_rows(const struct pg_frame *frame);

/* Blanks every cell, and takes the cursor away. */
void pg_frame_erase(struct pg_frame *frame);

/* Draws raw `text`, sanitised, in at most `columns` columns; what does not fit is cut and ends in "..".
   Returns the columns used. */
int pg_frame_text(struct pg_frame *frame, int x, int y, int columns, enum pg_role role,
                  const char *text);
/* The columns that raw `text` takes once it is sanitised. */
int pg_frame_text_width(const char *text);
/* One narrow character. */
void pg_frame_put(struct pg_frame *frame, int x, int y, uint32_t rune, enum pg_role role);
/* The same character `columns` times. */
void pg_frame_fill(struct pg_frame *frame, int x, int y, int columns, uint32_t rune,
                   enum pg_role role);
/* Adds attributes to what is drawn there. */
void pg_frame_mark(struct pg_frame *frame, int x, int y, int columns, unsigned attrs);

/* Where the terminal's own cursor stands: at the cell for a braille display, in the prompt to type;
   it is visible in the latter only. */
void pg_frame_set_cursor(struct pg_frame *frame, int x, int y, bool visible);
/* False where no cursor was set. */
bool pg_frame_cursor(const struct pg_frame *frame, int *x, int *y, bool *visible);

/* The cell, NULL outside the frame. */
const struct pg_frame_cell *pg_frame_at(const struct pg_frame *frame, int x, int y);

/* Appends the characters, a line a row, without the blanks at the end of lines. */
void pg_frame_dump(const struct pg_frame *frame, struct pg_buf *out);
/* Appends one letter a cell for how it looks without colours: space plain, B bold, d dim, R reverse,
   U underlined, * more than one of them. */
void pg_frame_dump_looks(const struct pg_frame *frame, struct pg_buf *out);

/* How many colours there are. */
enum pg_depth {
    PG_DEPTH_MONO,
    PG_DEPTH_8,
    PG_DEPTH_16,
    PG_DEPTH_256,
};

/* Colours are numbers of the terminal's palette, -1 its own default. */
struct pg_look {
    int foreground, background;
    unsigned attrs;
};

/* How a role looks. `light`: on a light background. */
struct pg_look pg_theme_look(enum pg_role role, enum pg_depth depth, bool light);
/* The name of a role as themes call it: "deny", "cell.open". */
const char *pg_theme_role_name(enum pg_role role);

#endif
