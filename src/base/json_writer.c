#include "polgrid/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "polgrid/text.h"

struct pg_json pg_json_start(struct pg_buf *out)
{
    return (struct pg_json){.out = out};
}

static void unit(struct pg_buf *out, uint32_t code)
{
    pg_buf_printf(out, "\\u%04" PRIx32, code);
}

static void escape(struct pg_buf *out, uint32_t rune)
{
    switch (rune) {
    case PG_TEXT_INVALID: unit(out, 0xfffd); return;
    case '"': pg_buf_puts(out, "\\\""); return;
    case '\\': pg_buf_puts(out, "\\\\"); return;
    case '\n': pg_buf_puts(out, "\\n"); return;
    case '\t': pg_buf_puts(out, "\\t"); return;
    case '\r': pg_buf_puts(out, "\\r"); return;
    default: break;
    }
    if (rune >= 0x10000) {
        unit(out, 0xd800 + ((rune - 0x10000) >> 10));
        unit(out, 0xdc00 + (rune & 0x3ff));
    } else {
        unit(out, rune);
    }
}

static void quoted(struct pg_buf *out, const char *text)
{
    size_t n = strlen(text);

    pg_buf_putc(out, '"');
    while (n) {
        uint32_t rune;
        size_t take = pg_text_decode(text, n, &rune);
        if (rune == '"' || rune == '\\' || pg_text_rune_hidden(rune))
            escape(out, rune);
        else
            pg_buf_add(out, text, take);
        text += take;
        n -= take;
    }
    pg_buf_putc(out, '"');
}

static void new_line(struct pg_json *json)
{
    pg_buf_putc(json->out, '\n');
    pg_buf_fill(json->out, ' ', 2 * (size_t)json->depth);
}

/* What stands before a value: comma, place, key. */
static void before(struct pg_json *json, const char *key)
{
    if (json->depth > 0) {
        bool inline_ = json->level[json->depth - 1].inline_;
        bool any = json->level[json->depth - 1].any;

        assert(json->level[json->depth - 1].array == !key);
        if (any)
            pg_buf_putc(json->out, ',');
        if (!inline_)
            new_line(json);
        else if (any)
            pg_buf_putc(json->out, ' ');
        json->level[json->depth - 1].any = true;
    } else {
        assert(!key);
    }
    if (key) {
        quoted(json->out, key);
        pg_buf_puts(json->out, ": ");
    }
}

static void begin(struct pg_json *json, const char *key, bool array, bool inline_)
{
    before(json, key);
    assert(json->depth < PG_JSON_DEPTH);
    /* Lines do not break again inside a line. */
    if (json->depth > 0 && json->level[json->depth - 1].inline_)
        inline_ = true;
    json->level[json->depth].array = array;
    json->level[json->depth].inline_ = inline_;
    json->level[json->depth].any = false;
    json->depth++;
    pg_buf_putc(json->out, array ? '[' : '{');
}

void pg_json_object(struct pg_json *json, const char *key, bool inline_)
{
    begin(json, key, false, inline_);
}

void pg_json_array(struct pg_json *json, const char *key, bool inline_)
{
    begin(json, key, true, inline_);
}

void pg_json_end(struct pg_json *json)
{
    assert(json->depth > 0);
    json->depth--;
    if (json->level[json->depth].any && !json->level[json->depth].inline_)
        new_line(json);
    pg_buf_putc(json->out, json->level[json->depth].array ? ']' : '}');
}

void pg_json_text(struct pg_json *json, const char *key, const char *text)
{
    before(json, key);
    quoted(json->out, text);
}

void pg_json_int(struct pg_json *json, const char *key, int64_t value)
{
    before(json, key);
    pg_buf_printf(json->out, "%" PRId64, value);
}

void pg_json_bool(struct pg_json *json, const char *key, bool value)
{
    before(json, key);
    pg_buf_puts(json->out, value ? "true" : "false");
}

void pg_json_null(struct pg_json *json, const char *key)
{
    before(json, key);
    pg_buf_puts(json->out, "null");
}

void pg_json_finish(struct pg_json *json)
{
    assert(json->depth == 0);
    pg_buf_putc(json->out, '\n');
}
