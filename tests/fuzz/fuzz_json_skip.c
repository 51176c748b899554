/*
 * The fast way past a JSON value against jansson: what it passes, jansson takes as one whole value that ends there;
 * what jansson takes and is plain enough, it passes. With the processor's vector instructions and without, it says
 * the same.
 */
#include <jansson.h>
#include <string.h>

#include "../../src/load/json_skip.h"
#include "fuzz.h"

enum {
    DEPTH = 60,
};

/* Whether the value is one for which the reader is never needed. */
static bool is_plain(const char *text, size_t n)
{
    uint32_t depth = 0, deepest = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80 || (c == '\\' && i + 1 < n && text[i + 1] == 'u'))
            return false;
        depth += c == '{' || c == '[';
        deepest = depth > deepest ? depth
                                  : deepest; /* braces in texts count, too: plain enough is enough */
    }
    return deepest <= DEPTH;
}

static void count_lines(const char *text, const struct pg_json_skipped *skipped)
{
    uint32_t newlines = 0;
    const char *last = NULL;
    for (const char *p = text; p < skipped->end; p++) {
        newlines += *p == '\n';
        last = *p == '\n' ? p : last;
    }
    FUZZ_PROMISE(skipped->newlines == newlines && skipped->last_line == last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct pg_json_skipped fast, slow;
    if (size == 0 || (text[0] != '{' && text[0] != '[')) {
        free(text);
        return 0;
    }
    bool passed = pg_json_skip(text, text + size, DEPTH, &fast);
    FUZZ_PROMISE(pg_json_skip_plainly(text, text + size, DEPTH, &slow) == passed);
    FUZZ_PROMISE(pg_json_text_end(text, text + size) == pg_json_text_end_plainly(text, text + size));
    json_error_t error;
    json_t *value = json_loadb(text, size, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
    enum json_error_code code = json_error_code(&error);
    bool limits = value == NULL &&
                  (code == json_error_numeric_overflow || code == json_error_null_byte_in_key);
    if (passed) {
        FUZZ_PROMISE(fast.end == slow.end && fast.newlines == slow.newlines);
        count_lines(text, &fast);
        FUZZ_PROMISE(limits || (value != NULL && text + error.position == fast.end));
    } else if (value != NULL) {
        FUZZ_PROMISE(!is_plain(text, (size_t)error.position));
    }
    json_decref(value);
    free(text);
    return 0;
}
