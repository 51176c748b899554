#include "json_reader.h"

#include <stdio.h>
#include <string.h>

#include "json_skip.h"
#include "polgrid/buf.h"

/* Deeper than what the builder lets pass, so that its word is the one that is heard. */
#define MAX_DEPTH (PG_BUILD_MAX_DEPTH + 2)

struct reader {
    struct pg_feed *input;
    struct pg_build *build;
    struct pg_fault *fault;
    struct pg_buf text; /* of the string or number being read */
    uint32_t line;
    uint64_t consumed;   /* bytes in chunks before this one */
    const char *chunk;   /* where this one begins */
    uint64_t line_start; /* offset of the line, moved on by one for every continuation byte in it */
    uint32_t depth;
    bool is_map[MAX_DEPTH];
};

/* --- characters ---------------------------------------------------------------------------------- */

static bool refill(struct reader *reader)
{
    struct pg_feed *input = reader->input;

    if (reader->chunk)
        reader->consumed += (uint64_t)(input->end - reader->chunk);
    reader->chunk = NULL;
    if (!pg_feed_fill(input))
        return false;
    reader->chunk = input->p;
    return true;
}

/* The next byte, or -1 at the end. */
static inline int peek(struct reader *reader)
{
    if (reader->input->p == reader->input->end && !refill(reader))
        return -1;
    return (unsigned char)*reader->input->p;
}

static inline void skip(struct reader *reader)
{
    reader->input->p++;
}

static uint64_t offset(const struct reader *reader)
{
    return reader->consumed + (reader->chunk ? (uint64_t)(reader->input->p - reader->chunk) : 0);
}

static struct pg_mark here(const struct reader *reader)
{
    uint64_t column = offset(reader) - reader->line_start + 1;

    return (struct pg_mark){reader->line, column < UINT32_MAX ? (uint32_t)column : UINT32_MAX};
}

static void new_line(struct reader *reader)
{
    reader->line++;
    reader->line_start = offset(reader) + 1;
}

static int skip_to_solid(struct reader *reader)
{
    int c;

    while ((c = peek(reader)) == ' ' || c == '\n' || c == '\t' || c == '\r') {
        if (c == '\n')
            new_line(reader);
        skip(reader);
    }
    return c;
}

/* The next byte that is no blank, or -1. */
static inline int peek_solid(struct reader *reader)
{
    if (reader->input->p < reader->input->end && (unsigned char)*reader->input->p > ' ')
        return (unsigned char)*reader->input->p;
    return skip_to_solid(reader);
}

/* --- faults ------------------------------------------------------------------------------------ */

static bool fail(struct reader *reader, struct pg_mark mark, const char *what)
{
    if (reader->input->failed) {
        *reader->fault = reader->input->fault;
        return false;
    }
    return pg_fault_set(reader->fault, PG_CODE_JSON_SYNTAX, mark, "not JSON: %s", what);
}

static bool unexpected(struct reader *reader, const char *wanted)
{
    struct pg_mark mark = here(reader);
    int c = peek(reader);
    char found[80];

    if (c < 0)
        snprintf(found, sizeof found, "expected %s, and the text ends", wanted);
    else if (c > ' ' && c < 0x7f)
        snprintf(found, sizeof found, "expected %s, found '%c'", wanted, c);
    else
        snprintf(found, sizeof found, "expected %s, found the byte 0x%02x", wanted, (unsigned)c);
    return fail(reader, mark, found);
}

/* --- strings ----------------------------------------------------------------------------------- */

static void add_rune(struct pg_buf *text, uint32_t rune)
{
    if (rune < 0x80) {
        pg_buf_putc(text, (char)rune);
    } else if (rune < 0x800) {
        pg_buf_putc(text, (char)(0xc0 | rune >> 6));
        pg_buf_putc(text, (char)(0x80 | (rune & 0x3f)));
    } else if (rune < 0x10000) {
        pg_buf_putc(text, (char)(0xe0 | rune >> 12));
        pg_buf_putc(text, (char)(0x80 | (rune >> 6 & 0x3f)));
        pg_buf_putc(text, (char)(0x80 | (rune & 0x3f)));
    } else {
        pg_buf_putc(text, (char)(0xf0 | rune >> 18));
        pg_buf_putc(text, (char)(0x80 | (rune >> 12 & 0x3f)));
        pg_buf_putc(text, (char)(0x80 | (rune >> 6 & 0x3f)));
        pg_buf_putc(text, (char)(0x80 | (rune & 0x3f)));
    }
}

static bool read_hex4(struct reader *reader, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(reader);
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f' && c > 0)
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return unexpected(reader, "four hexadecimal digits after \\u");
        *value = *value << 4 | digit;
        skip(reader);
    }
    return true;
}

/* The rest of \uXXXX, with its other half where it is a surrogate. */
static bool read_unicode(struct reader *reader, uint32_t *rune)
{
    struct pg_mark mark = here(reader);
    uint32_t low;

    if (!read_hex4(reader, rune))
        return false;
    if (*rune < 0xd800 || *rune > 0xdfff)
        return true;
    if (*rune > 0xdbff || peek(reader) != '\\')
        return fail(reader, mark, "half a surrogate pair");
    skip(reader);
    if (peek(reader) != 'u')
        return fail(reader, mark, "half a surrogate pair");
    skip(reader);
    if (!read_hex4(reader, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff)
        return fail(reader, mark, "half a surrogate pair");
    *rune = 0x10000 + ((*rune - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool read_escape(struct reader *reader, bool keep)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    int c = peek(reader);
    const char *letter = c > 0 ? strchr(letters, c) : NULL;
    uint32_t rune;

    if (letter) {
        rune = (unsigned char)means[letter - letters];
        skip(reader);
    } else if (c == 'u') {
        skip(reader);
        if (!read_unicode(reader, &rune))
            return false;
    } else {
        return unexpected(reader, "one of \" \\ / b f n r t u after the backslash");
    }
    if (keep)
        add_rune(&reader->text, rune);
    return true;
}

/* Bytes up to the next quote, backslash, control character or the end of the chunk. */
static void take_run(struct reader *reader, bool keep)
{
    const char *start = reader->input->p, *p = start, *end = reader->input->end;
    uint64_t continuations = 0;

    /* Runs of ASCII, and what comes between them. */
    for (p = pg_json_text_end(p, end); p < end && (unsigned char)*p >= 0x80;
         p = pg_json_text_end(p, end))
        for (; p < end && (unsigned char)*p >= 0x80; p++)
            continuations += ((unsigned char)*p & 0xc0) == 0x80;
    if (keep)
        pg_buf_add(&reader->text, start, (size_t)(p - start));
    reader->line_start += continuations;
    reader->input->p = p;
}

/* A string from its first quote to behind its last; its text, if it is kept, in reader->text. */
static bool read_string(struct reader *reader, bool keep)
{
    struct pg_mark mark = here(reader);
    int c;

    pg_buf_clear(&reader->text);
    skip(reader);
    while ((c = peek(reader)) != '"') {
        if (c < 0)
            return fail(reader, mark, "this string has no end");
        if (c < 0x20)
            return unexpected(reader, "no raw control character in a string");
        if (c == '\\') {
            skip(reader);
            if (!read_escape(reader, keep))
                return false;
        } else {
            take_run(reader, keep);
        }
        if (reader->text.n > PG_FEED_MAX_VALUE)
            return pg_fault_set(reader->fault, PG_CODE_FILE_SIZE, mark,
                                "a single value of more than 64 MiB");
    }
    skip(reader);
    return true;
}

/* --- other values -------------------------------------------------------------------------------- */

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void take(struct reader *reader)
{
    if (reader->text.n < PG_FEED_MAX_VALUE) /* a number that long means nothing anyway */
        pg_buf_putc(&reader->text, *reader->input->p);
    skip(reader);
}

static bool read_digits(struct reader *reader)
{
    if (!is_digit(peek(reader)))
        return unexpected(reader, "a digit");
    while (is_digit(peek(reader)))
        take(reader);
    return true;
}

static bool read_number(struct reader *reader)
{
    pg_buf_clear(&reader->text);
    if (peek(reader) == '-')
        take(reader);
    if (peek(reader) == '0') {
        take(reader);
        if (is_digit(peek(reader)))
            return unexpected(reader, "no digit after a leading zero");
    } else if (!read_digits(reader)) {
        return false;
    }
    if (peek(reader) == '.') {
        take(reader);
        if (!read_digits(reader))
            return false;
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        take(reader);
        if (peek(reader) == '+' || peek(reader) == '-')
            take(reader);
        return read_digits(reader);
    }
    return true;
}

static bool read_word(struct reader *reader, const char *word)
{
    pg_buf_clear(&reader->text);
    for (const char *p = word; *p; p++) {
        if (peek(reader) != *p)
            return unexpected(reader, word);
        take(reader);
    }
    return true;
}

static bool give(struct reader *reader, struct pg_mark mark)
{
    return pg_build_scalar(reader->build, mark, mark.line, pg_buf_text(&reader->text),
                           reader->text.n, true);
}

/* A string, read and given. Nearly all are short, without escapes and in one chunk: these need no copy. */
static bool give_string(struct reader *reader, struct pg_mark mark)
{
    struct pg_feed *input = reader->input;
    const char *text = input->p + 1, *end = pg_json_text_end(text, input->end);

    if (end < input->end && *end == '"') {
        input->p = end + 1;
        return pg_build_scalar(reader->build, mark, mark.line, text, (size_t)(end - text), false);
    }
    return read_string(reader, pg_build_wants_text(reader->build)) &&
           pg_build_scalar(reader->build, mark, mark.line, pg_buf_text(&reader->text),
                           reader->text.n, false);
}

/* --- documents --------------------------------------------------------------------------------- */

/* The fast way past a map or list that nobody reads, if it can be taken. */
static bool try_skip(struct reader *reader)
{
    struct pg_feed *input = reader->input;
    struct pg_json_skipped skipped;

    if (!pg_build_may_skip(reader->build) ||
        !pg_json_skip(input->p, input->end, pg_build_depth_left(reader->build), &skipped))
        return false;
    if (skipped.newlines > 0) {
        input->p = skipped.last_line;
        reader->line += skipped.newlines - 1;
        new_line(reader);
    }
    input->p = skipped.end;
    return true;
}

static bool open_value(struct reader *reader, bool map, struct pg_mark mark)
{
    if (try_skip(reader))
        return pg_build_skip(reader->build, mark, reader->line);
    skip(reader);
    if (reader->depth >= MAX_DEPTH)
        return fail(reader, mark, "nested too deep");
    reader->is_map[reader->depth++] = map;
    return map ? pg_build_map(reader->build, mark, false) : pg_build_seq(reader->build, mark);
}

static bool close_value(struct reader *reader)
{
    skip(reader);
    reader->depth--;
    return pg_build_end(reader->build, reader->line);
}

/* A value, or the beginning of one. */
static bool read_value(struct reader *reader)
{
    int c = peek_solid(reader);
    struct pg_mark mark = here(reader);

    switch (c) {
    case '{': return open_value(reader, true, mark);
    case '[': return open_value(reader, false, mark);
    case '"': return give_string(reader, mark);
    case 't': return read_word(reader, "true") && give(reader, mark);
    case 'f': return read_word(reader, "false") && give(reader, mark);
    case 'n': return read_word(reader, "null") && give(reader, mark);
    default: break;
    }
    if (c == '-' || is_digit(c))
        return read_number(reader) && give(reader, mark);
    return unexpected(reader, "a value");
}

static bool read_key(struct reader *reader)
{
    struct pg_mark mark;

    if (peek_solid(reader) != '"')
        return unexpected(reader, "a key in quotes");
    mark = here(reader);
    if (!give_string(reader, mark))
        return false;
    if (peek_solid(reader) != ':')
        return unexpected(reader, "':' after the key");
    skip(reader);
    return true;
}

/* What may come inside the innermost map or list; `first`: nothing is in it yet. */
static bool read_inside(struct reader *reader, bool first)
{
    bool map = reader->is_map[reader->depth - 1];
    int c = peek_solid(reader);

    if (c == (map ? '}' : ']'))
        return close_value(reader);
    if (!first) {
        if (c != ',')
            return unexpected(reader, map ? "',' or '}'" : "',' or ']'");
        skip(reader);
    }
    return (!map || read_key(reader)) && read_value(reader);
}

static bool read_document(struct reader *reader)
{
    uint32_t depth;

    pg_build_start(reader->build);
    if (!read_value(reader))
        return false;
    for (bool first = true; reader->depth > 0;) {
        depth = reader->depth;
        if (!read_inside(reader, first))
            return false;
        first = reader->depth > depth;
    }
    return true;
}

bool pg_json_read(struct pg_build *build, struct pg_feed *input, uint32_t *yaml_line,
                  struct pg_fault *fault)
{
    struct reader reader = {
        .build = build, .input = input, .fault = fault, .line = 1, .chunk = input->p};
    bool ok = true;
    int c;

    *yaml_line = 0;
    if (input->secret) { /* room for all of it: what grows leaves copies behind */
        pg_buf_fill(&reader.text, '\0', (size_t)(input->end - input->p) + input->left);
        pg_buf_clear(&reader.text);
    }
    while (ok && (c = peek_solid(&reader)) >= 0) {
        if (c == '-' && here(&reader).column == 1) {
            *yaml_line = reader.line;
            break;
        }
        ok = read_document(&reader);
    }
    if (ok && input->failed)
        ok = fail(&reader, here(&reader), "");
    if (input->secret)
        explicit_bzero(reader.text.p, reader.text.cap);
    pg_buf_free(&reader.text);
    return ok || input->stopped;
}
