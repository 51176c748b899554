/*
 * Text for people: UTF-8, its width on a terminal, and the one sanitiser that every string passes before
 * it reaches a terminal or a report.
 *
 * The sanitiser shows what could deceive: control, format (U+202E, U+200B, U+FEFF …), private,
 * unassigned and invalid characters, spaces other than the space, invisible fillers and variation
 * selectors, and combining marks beyond two in a row or without a character to stand on, become visible
 * escapes (`\x1b`, `\u202e`, `\U000e0041`). It depends on no locale: the tables are its own.
 */
#ifndef POLGRID_TEXT_H
#define POLGRID_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/buf.h"

#define PG_TEXT_INVALID 0xfffffffFu

/* Decodes one character at `p` (n > 0 bytes left). Returns the bytes it takes (1 where it is invalid,
   then *rune is PG_TEXT_INVALID). */
size_t pg_text_decode(const char *p, size_t n, uint32_t *rune);

/* Whether the sanitiser shows a character as an escape: control, format, private, unassigned, invalid,
   separators other than the space, and what is invisible. */
bool pg_text_rune_hidden(uint32_t rune);

/* Columns that a character takes: 0 (combining), 1 or 2. For characters that the sanitiser lets pass. */
int pg_text_rune_width(uint32_t rune);

/* Columns that a sanitised text takes. */
int pg_text_width(const char *text);

/* Appends `text` with everything that could deceive made visible. */
void pg_text_clean(struct pg_buf *out, const char *text, size_t n);

/* The number of bytes of the longest prefix of sanitised `text` that takes at most `columns` columns. */
size_t pg_text_prefix(const char *text, int columns);

/* Appends sanitised `text` cut to `columns` columns; where it is cut it ends in ".." ("." if there is
   one column). Pads with spaces to exactly `columns` where `pad` is true. */
void pg_text_fit(struct pg_buf *out, const char *text, int columns, bool pad);

/* Shell-style glob with * and ?, over whole texts, byte-wise. */
bool pg_text_glob(const char *pattern, const char *text);

/* Whether both are the same text, or both NULL. */
bool pg_text_same(const char *a, const char *b);

#endif
