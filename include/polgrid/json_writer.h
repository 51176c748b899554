/*
 * Writes JSON into a buffer, deterministic byte for byte: two-space indentation, keys in the order in
 * which they are written. Text stays the UTF-8 that it is, but for what pg_text_rune_hidden() names
 * (control and format characters and the like), which becomes \uXXXX; an invalid byte becomes \ufffd.
 * Arrays and objects opened "inline" stay on one line.
 *
 *     struct pg_json j = pg_json_start(&buf);
 *     pg_json_object(&j, NULL, false);
 *     pg_json_text(&j, "verdict", "denied");      key NULL inside arrays
 *     pg_json_end(&j);
 *     pg_json_finish(&j);                         the final newline; asserts that all is closed
 */
#ifndef POLGRID_JSON_WRITER_H
#define POLGRID_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/buf.h"

#define PG_JSON_DEPTH 32

struct pg_json {
    struct pg_buf *out;
    int depth;
    struct {
        bool array, inline_, any;
    } level[PG_JSON_DEPTH];
};

struct pg_json pg_json_start(struct pg_buf *out);
void pg_json_object(struct pg_json *json, const char *key, bool inline_);
void pg_json_array(struct pg_json *json, const char *key, bool inline_);
void pg_json_end(struct pg_json *json);
void pg_json_text(struct pg_json *json, const char *key, const char *text);
void pg_json_int(struct pg_json *json, const char *key, int64_t value);
void pg_json_bool(struct pg_json *json, const char *key, bool value);
void pg_json_null(struct pg_json *json, const char *key);
void pg_json_finish(struct pg_json *json);

#endif
