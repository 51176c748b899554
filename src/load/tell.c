#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"

/* Messages quote the input: a label of a megabyte must not make a message of a megabyte. */
#define MAX_TEXT 1000

static const char *keep_text(struct pg_loader *loader, const char *text)
{
    return text ? pg_arena_strndup(loader->cluster->arena, text, strnlen(text, MAX_TEXT)) : NULL;
}

void pg_tell(struct pg_loader *loader, enum pg_code code, enum pg_severity severity,
             struct pg_loc loc, const char *object, const char *path, const char *format, ...)
{
    char message[MAX_TEXT];
    va_list args;

    if (loader->reported[code]++ >= PG_TELL_MAX)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    pg_vec_push(loader->work, &loader->diags,
                ((struct pg_diag){
                    .code = pg_code_name(code),
                    .severity = severity,
                    .loc = loc,
                    .object = keep_text(loader, object),
                    .path = keep_text(loader, path),
                    .message = keep_text(loader, message),
                }));
}

struct pg_loc pg_tell_loc(const struct pg_loader *loader, struct pg_mark mark)
{
    return (struct pg_loc){loader->file, loader->lines_before + mark.line, mark.column};
}

static int compare(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/* By place, what has none last; `order` keeps those of one place as they came. */
struct placed {
    struct pg_diag diag;
    uint32_t order;
};

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = compare(a->diag.loc.file, b->diag.loc.file);

    if (order == 0)
        order = compare(a->diag.loc.line - 1, b->diag.loc.line - 1); /* 0 becomes the greatest */
    if (order == 0)
        order = compare(a->diag.loc.column, b->diag.loc.column);
    return order ? order : compare(a->order, b->order);
}

void pg_tell_finish(struct pg_loader *loader)
{
    struct pg_cluster *cluster = loader->cluster;
    struct placed *placed;
    uint32_t n;

    for (int code = 0; code < PG_CODE_COUNT; code++)
        if (loader->reported[code] > PG_TELL_MAX)
            pg_tell(loader, PG_CODE_DIAG_MORE, PG_SEVERITY_INFO, (struct pg_loc){PG_NONE, 0, 0},
                    NULL, NULL, "%u more findings of %s are not listed",
                    loader->reported[code] - PG_TELL_MAX, pg_code_name((enum pg_code)code));
    n = loader->diags.n;
    placed = pg_arena_array(loader->work, n, sizeof *placed);
    for (uint32_t i = 0; i < n; i++)
        placed[i] = (struct placed){loader->diags.v[i], i};
    if (n)
        qsort(placed, n, sizeof *placed, compare_placed);
    cluster->diags = pg_arena_array(cluster->arena, n, sizeof *cluster->diags);
    cluster->ndiags = n;
    for (uint32_t i = 0; i < n; i++)
        cluster->diags[i] = placed[i].diag;
}
