/* The words, paths and waits of the lists (inner.h). */
#include <string.h>

#include <jansson.h>

#include "inner.h"
#include "polgrid/text.h"

#define PAGE "500"

/* Appends a text as it may stand in a URL. */
static void escape(struct pg_buf *out, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text; text++) {
        if (strchr(plain, *text))
            pg_buf_putc(out, *text);
        else
            pg_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

/* "/api/v1/namespaces/shop/pods?" and the selector; what follows begins with no &. */
static void begin_path(struct pg_buf *path, const struct live_list *list)
{
    const struct live_resource *resource = &live_resources[list->resource];
    const char *version = list->live->discovery.version[list->resource];

    if (*resource->group)
        pg_buf_printf(path, "/apis/%s/%s", resource->group, version);
    else
        pg_buf_printf(path, "/api/%s", version);
    if (list->ns) {
        pg_buf_puts(path, "/namespaces/");
        escape(path, list->ns);
    }
    pg_buf_printf(path, "/%s?", resource->plural);
    if (resource->selector) {
        pg_buf_puts(path, "fieldSelector=");
        escape(path, resource->selector);
        pg_buf_putc(path, '&');
    }
}

const char *live_list_path(struct pg_arena *arena, const struct live_list *list)
{
    struct pg_buf path = {0};
    const char *copy;

    begin_path(&path, list);
    pg_buf_puts(&path, list->whole ? "" : "limit=" PAGE "&");
    if (list->token.n) {
        pg_buf_puts(&path, "continue=");
        escape(&path, list->token.p);
        pg_buf_putc(&path, '&');
    }
    copy = pg_arena_strndup(arena, path.p, path.n - 1); /* without the last ? or & */
    pg_buf_free(&path);
    return copy;
}

const char *live_namespace_path(struct pg_arena *arena, const char *name)
{
    struct pg_buf path = {0};
    const char *copy;

    pg_buf_puts(&path, "/api/v1/namespaces/");
    escape(&path, name);
    copy = pg_arena_strdup(arena, path.p);
    pg_buf_free(&path);
    return copy;
}

const char *live_look_path(struct pg_arena *arena, const struct live_list *list)
{
    struct pg_buf path = {0};
    const char *copy;

    begin_path(&path, list);
    pg_buf_puts(&path, "limit=1");
    copy = pg_arena_strdup(arena, path.p);
    pg_buf_free(&path);
    return copy;
}

const char *live_watch_path(struct pg_arena *arena, const struct live_list *list, unsigned seconds)
{
    struct pg_buf path = {0};
    const char *copy;

    begin_path(&path, list);
    pg_buf_puts(&path, "watch=1&allowWatchBookmarks=true&resourceVersion=");
    escape(&path, pg_buf_text(&list->version));
    pg_buf_printf(&path, "&timeoutSeconds=%u", seconds);
    copy = pg_arena_strdup(arena, path.p);
    pg_buf_free(&path);
    return copy;
}

/* `User "alice" cannot list …` of the message of a Status; NULL where there is none. */
static const char *user_in(struct pg_arena *arena, const char *message)
{
    const char *begin = message ? strstr(message, "User \"") : NULL;
    const char *end = begin ? strchr(begin + 6, '"') : NULL;

    return end ? pg_arena_strndup(arena, begin + 6, (size_t)(end - begin - 6)) : NULL;
}

const char *live_reply_reason(struct pg_arena *arena, const struct pg_http_reply *reply)
{
    json_t *json = json_loadb(pg_buf_text(&reply->body), reply->body.n, 0, NULL);
    const char *message = json_string_value(json_object_get(json, "message"));
    const char *user = user_in(arena, message), *reason;
    struct pg_buf clean = {0};

    if (message)
        pg_text_clean(&clean, message, strnlen(message, 300));
    if (reply->trouble != PG_HTTP_FINE)
        reason = pg_arena_strdup(arena, reply->err.text);
    else if (reply->status == 401)
        reason = "the server does not accept the credentials (401 Unauthorized)";
    else if (reply->status == 403 && user)
        reason = pg_arena_printf(arena, "user \"%s\" may not list them", user);
    else if (reply->status == 403)
        reason = "the user may not list them";
    else if (clean.n)
        reason = pg_arena_printf(arena, "the server answers %ld: %s", reply->status, clean.p);
    else
        reason = pg_arena_printf(arena, "the server answers %ld", reply->status);
    pg_buf_free(&clean);
    json_decref(json);
    return reason;
}

uint32_t live_random(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33);
}

int64_t live_backoff_ms(uint64_t *random, uint32_t tries)
{
    int64_t most = 800;

    for (uint32_t i = 1; i < tries && most < 30000; i++)
        most *= 2;
    if (most > 30000)
        most = 30000;
    return most / 2 + (int64_t)(live_random(random) % (uint64_t)most);
}
