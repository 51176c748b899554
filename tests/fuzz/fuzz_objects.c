/*
 * Objects cut out of a text: what comes out is one line that, read again, comes out as the same; and so does the YAML
 * that is made of it.
 */
#include <string.h>

#include "fuzz.h"
#include "polgrid/objects.h"

struct seen {
    struct pg_buf json;
    uint32_t n;
};

static bool see(void *context, const struct pg_object *object)
{
    struct seen *seen = context;
    seen->n++;
    pg_buf_clear(&seen->json);
    pg_buf_add(&seen->json, object->json, object->n);
    return true;
}

/* Read again, a text is one object: returns it. */
static struct pg_buf read_again(const char *text, size_t n)
{
    struct seen seen = {.n = 0};
    struct pg_err err;
    FUZZ_PROMISE(pg_objects_read(text, n, see, &seen, &err));
    FUZZ_PROMISE(seen.n == 1);
    return seen.json;
}

static void same(struct pg_buf a, struct pg_buf b)
{
    FUZZ_PROMISE(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
    pg_buf_free(&b);
}

/* An object whose kind its list says only after it keeps more than it needs at first: so the second reading counts. */
static bool take(void *context, const struct pg_object *object)
{
    struct pg_buf yaml = {0}, json = read_again(object->json, object->n);
    struct pg_err err;
    (void)context;
    FUZZ_PROMISE(object->n > 0 && object->json[object->n - 1] == '\n');
    FUZZ_PROMISE(memchr(object->json, '\n', object->n - 1) == NULL);
    same(json, read_again(json.p, json.n));
    if (pg_object_yaml(&yaml, object->json, object->n, &err))
        same(json, read_again(yaml.p, yaml.n));
    pg_buf_free(&yaml);
    pg_buf_free(&json);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pg_err err;
    const char *text = (const char *)data;
    pg_objects_read(text, n, take, NULL, &err);
    struct pg_json_span span = pg_json_member(text, n, "metadata");
    FUZZ_PROMISE(span.p == NULL || (span.p > text && span.p + span.n <= text + n));
    return 0;
}
