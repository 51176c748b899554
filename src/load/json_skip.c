#include "json_skip.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define MOST_DEPTH 128u

/* --- texts --------------------------------------------------------------------------------------- */

static inline bool ends_run(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

const char *pg_json_text_end_plainly(const char *p, const char *end)
{
    while (p < end && !ends_run((unsigned char)*p))
        p++;
    return p;
}

#ifdef __SSE2__
static inline __attribute__((always_inline)) const char *text_end(const char *p, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i low = _mm_set1_epi8(0x20);
    while (end - p >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* Signed: below 0x20 are the control characters, and all that is beyond ASCII. */
        __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmplt_epi8(bytes, low));
        int mask = _mm_movemask_epi8(found);
        if (mask != 0)
            return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
    return pg_json_text_end_plainly(p, end);
}
#else
static inline __attribute__((always_inline)) const char *text_end(const char *p, const char *end)
{
    return pg_json_text_end_plainly(p, end);
}
#endif

const char *pg_json_text_end(const char *p, const char *end)
{
    return text_end(p, end);
}

static bool is_hex(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* An escape, from behind its backslash to behind it. Halves of surrogate pairs are for the reader. */
static const char *skip_escape(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    switch (*p) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return p + 1;
    case 'u': break;
    default: return NULL;
    }
    if (end - p < 5 || ((p[1] | 0x20) == 'd' && p[2] > '7'))
        return NULL;
    for (int i = 1; i < 5; i++)
        if (!is_hex((unsigned char)p[i]))
            return NULL;
    return p + 5;
}

typedef const char *text_end_fn(const char *p, const char *end);

/* From behind the first quote to behind the last one; NULL: not this way. */
static inline __attribute__((always_inline)) const char *skip_text(const char *p, const char *end,
                                                                   text_end_fn *find)
{
    for (;;) {
        p = find(p, end);
        if (p == end)
            return NULL;
        if (*p == '"')
            return p + 1;
        if (*p == '\\' && end - p > 1 && p[1] == '"') /* nearly all: keys of managedFields quote */
            p += 2;
        else if (*p != '\\' || (p = skip_escape(p + 1, end)) == NULL)
            return NULL;
    }
}

/* --- numbers and words --------------------------------------------------------------------------- */

static const char *skip_digits(const char *p, const char *end)
{
    const char *first = p;
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p == first || p == end ? NULL : p;
}

static const char *skip_number(const char *p, const char *end)
{
    if (*p == '-' && ++p == end)
        return NULL;
    if (*p == '0') {
        if (++p == end || (*p >= '0' && *p <= '9'))
            return NULL;
    } else if ((p = skip_digits(p, end)) == NULL) {
        return NULL;
    }
    if (*p == '.' && (p = skip_digits(p + 1, end)) == NULL)
        return NULL;
    if (*p == 'e' || *p == 'E') {
        if (++p < end && (*p == '+' || *p == '-'))
            p++;
        p = skip_digits(p, end);
    }
    return p;
}

static const char *skip_word(const char *p, const char *end, const char *word, size_t n)
{
    return (size_t)(end - p) > n && memcmp(p, word, n) == 0 ? p + n : NULL;
}

/* A text, a number or a word. */
static inline __attribute__((always_inline)) const char *skip_scalar(const char *p, const char *end,
                                                                     text_end_fn *find)
{
    switch (*p) {
    case '"': return skip_text(p + 1, end, find);
    case 't': return skip_word(p, end, "true", 4);
    case 'f': return skip_word(p, end, "false", 5);
    case 'n': return skip_word(p, end, "null", 4);
    default: return skip_number(p, end);
    }
}

/* --- maps and lists ------------------------------------------------------------------------------ */

struct skipper {
    const char *end;
    struct pg_json_skipped *skipped;
};

/* To the next byte that is no blank; `end` where there is none. */
static inline __attribute__((always_inline)) const char *skip_blanks(const struct skipper *skipper,
                                                                     const char *p)
{
    if (p < skipper->end && (unsigned char)*p > ' ') /* what nearly always holds */
        return p;
    for (; p < skipper->end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'); p++) {
        if (*p == '\n') {
            skipper->skipped->newlines++;
            skipper->skipped->last_line = p;
        }
    }
    return p;
}

/* A key, its colon and what blanks follow. */
static inline __attribute__((always_inline)) const char *skip_key(const struct skipper *skipper,
                                                                  const char *p, text_end_fn *find)
{
    if (p == skipper->end || *p != '"' || (p = skip_text(p + 1, skipper->end, find)) == NULL)
        return NULL;
    if (p < skipper->end && *p == ':')
        return skip_blanks(skipper, p + 1);
    p = skip_blanks(skipper, p);
    return p < skipper->end && *p == ':' ? skip_blanks(skipper, p + 1) : NULL;
}

static inline __attribute__((always_inline)) bool skip(const char *p, const char *end, uint32_t most,
                                                       struct pg_json_skipped *skipped,
                                                       text_end_fn *find)
{
    const struct skipper skipper = {end, skipped};
    char outer[MOST_DEPTH], closer = 0; /* what ends the maps and lists around it; and this one */
    uint32_t depth = 0;

    *skipped = (struct pg_json_skipped){0};
    most = most < MOST_DEPTH ? most : MOST_DEPTH;
    for (;;) {
        /* A value begins here. */
        if (p == end)
            return false;
        if (*p == '{' || *p == '[') {
            if (depth == most)
                return false;
            outer[depth++] = closer;
            closer = *p == '{' ? '}' : ']';
            p = skip_blanks(&skipper, p + 1);
            if (p == end)
                return false;
            if (*p != closer) {
                if (closer == '}' && (p = skip_key(&skipper, p, find)) == NULL)
                    return false;
                continue;
            }
        } else if ((p = skip_scalar(p, end, find)) == NULL) {
            return false;
        }
        /* A value ended, or all is there that is in one: what is closed by now, until there is a comma. */
        for (;;) {
            const char *blank = p;
            if (p < end && *p == ',')
                break;
            if (p < end && *p == closer) {
                p++;
                closer = outer[--depth];
                if (depth == 0) {
                    skipped->end = p;
                    return true;
                }
                continue;
            }
            p = skip_blanks(&skipper, p);
            if (p == blank) /* nothing of all that, or the end */
                return false;
        }
        p = skip_blanks(&skipper, p + 1);
        if (closer == '}' && (p = skip_key(&skipper, p, find)) == NULL)
            return false;
    }
}

bool pg_json_skip(const char *p, const char *end, uint32_t depth, struct pg_json_skipped *skipped)
{
    return skip(p, end, depth, skipped, text_end);
}

bool pg_json_skip_plainly(const char *p, const char *end, uint32_t depth,
                          struct pg_json_skipped *skipped)
{
    return skip(p, end, depth, skipped, pg_json_text_end_plainly);
}
