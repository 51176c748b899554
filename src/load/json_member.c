/* pg_json_member(): a look into JSON text without reading all of it. */
#include <string.h>

#include "json_skip.h"
#include "polgrid/objects.h"

/* Far deeper than any list's head; what is deeper is found no end for. */
#define MAX_DEPTH 200

static const char *past_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

/* The first byte behind the string that begins at `p`; NULL: it does not end. */
static const char *past_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p++;
    }
    return NULL;
}

/* The same for a map or list: brackets are counted, strings passed. */
static const char *past_nest(const char *p, const char *end)
{
    struct pg_json_skipped skipped;
    unsigned depth = 0;

    if (pg_json_skip(p, end, MAX_DEPTH, &skipped))
        return skipped.end;
    while (p && p < end) {
        if (*p == '"') {
            p = past_string(p, end);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if ((*p == '}' || *p == ']') && --depth == 0)
            return p + 1;
        p++;
    }
    return NULL;
}

static const char *past_value(const char *p, const char *end)
{
    if (p >= end)
        return NULL;
    if (*p == '"')
        return past_string(p, end);
    if (*p == '{' || *p == '[')
        return past_nest(p, end);
    while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\n')
        p++;
    return p;
}

struct pg_json_span pg_json_member(const char *text, size_t n, const char *key)
{
    const struct pg_json_span none = {NULL, 0};
    const char *end = text + n, *p = past_space(text, end);
    size_t length = strlen(key);

    if (p >= end || *p != '{')
        return none;
    for (p = past_space(p + 1, end); p < end && *p == '"'; p = past_space(p + 1, end)) {
        const char *name = p + 1, *value;
        p = past_string(p, end);
        if (!p)
            return none;
        bool found = (size_t)(p - 1 - name) == length && memcmp(name, key, length) == 0;
        p = past_space(p, end);
        if (p >= end || *p != ':')
            return none;
        value = past_space(p + 1, end);
        p = past_value(value, end);
        if (!p)
            return none;
        if (found)
            return (struct pg_json_span){value, (size_t)(p - value)};
        p = past_space(p, end);
        if (p >= end || *p != ',')
            return none;
    }
    return none;
}

bool pg_json_member_text(struct pg_buf *out, const char *text, size_t n, const char *key)
{
    struct pg_json_span span = pg_json_member(text, n, key);

    if (!span.p || span.n < 2 || *span.p != '"' || memchr(span.p, '\\', span.n))
        return false;
    pg_buf_add(out, span.p + 1, span.n - 2);
    return true;
}
