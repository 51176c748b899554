#include "polgrid/objects.h"

#include "build.h"
#include "feed.h"
#include "prune.h"
#include "reader.h"

struct reading {
    pg_object_fn *take;
    void *context;
    struct pg_buf json;
    struct pg_feed feed;
};

static void take(void *context, const struct pg_tree *tree, const char *version, const char *kind)
{
    struct reading *reading = context;
    struct pg_object object;

    if (reading->feed.stopped)
        return;
    object = pg_object_prune(&reading->json, tree, version, kind, NULL);
    if (object.json && object.name && !reading->take(reading->context, &object))
        reading->feed.stopped = true;
}

static void take_stray(void *context, const struct pg_tree *document)
{
    (void)context, (void)document;
}

bool pg_objects_read(const char *text, size_t n, pg_object_fn *take_object, void *context,
                     struct pg_err *err)
{
    struct reading reading = {.take = take_object, .context = context};
    struct pg_build_sink sink = {take, take_stray, &reading};
    struct pg_fault fault = {0};
    struct pg_build *build = pg_build_new(&sink, &fault);
    bool ok;

    pg_feed_text(&reading.feed, text, n, NULL, NULL);
    ok = pg_read_any(build, &reading.feed, &fault);
    pg_feed_close(&reading.feed);
    pg_build_free(build);
    pg_buf_free(&reading.json);
    return ok || pg_err_set(err, "line %u, column %u: %s", fault.mark.line, fault.mark.column,
                            fault.message);
}
