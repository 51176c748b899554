/* polgrid snapshot: the source as one file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "polgrid/json_writer.h"
#include "polgrid/report.h"
#include "say.h"
#include "source.h"

struct taking {
    struct pg_buf text;
    bool json, any;
    bool failed; /* an object could not be written: a snapshot without it would say something else */
    struct pg_err err;
};

static void add(struct taking *taking, const char *json, size_t n)
{
    struct pg_err err;
    if (taking->json) {
        pg_buf_puts(&taking->text, taking->any ? ",\n" : "\n");
        pg_buf_add(&taking->text, json, n - (n > 0 && json[n - 1] == '\n'));
    } else {
        pg_buf_puts(&taking->text, "---\n");
        if (!pg_object_yaml(&taking->text, json, n, &err) && !taking->failed) {
            taking->failed = true;
            taking->err = err;
        }
    }
    taking->any = true;
}

static void take(void *context, const struct pg_object *object)
{
    /* What a snapshot says of itself is written anew, from what came of it. */
    if (strcmp(object->api_version, "polgrid/v1") != 0)
        add(context, object->json, object->n);
}

/* --- what the snapshot says of itself ------------------------------------------------------------- */

/* The time as RFC 3339 has it; that of $POLGRID_NOW where a run is to be repeated. */
static const char *now(struct pg_arena *arena)
{
    const char *given = getenv("POLGRID_NOW");
    char text[32];
    time_t seconds = time(NULL);
    struct tm utc;
    if (given && *given)
        return given;
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return pg_arena_strdup(arena, text);
}

static void add_text(struct pg_json *json, const char *key, const char *text)
{
    if (text && *text)
        pg_json_text(json, key, text);
}

static void add_origin(struct pg_json *json, struct pg_arena *arena, const struct pg_origin *origin)
{
    add_text(json, "context", origin->context);
    add_text(json, "server", origin->server);
    add_text(json, "user", origin->user);
    add_text(json, "namespace", origin->namespace_);
    add_text(json, "resourceVersion", origin->resource_version);
    add_text(json, "taken", origin->taken ? origin->taken : now(arena));
}

static void add_unread(struct pg_json *json, const struct pg_cluster *cluster)
{
    pg_json_array(json, "unread", false);
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        const struct pg_unread *unread = &cluster->unread[i];
        pg_json_object(json, NULL, true);
        pg_json_text(json, "what", pg_unread_what(unread->what));
        pg_json_text(json, "group", unread->group);
        pg_json_text(json, "resource", unread->resource);
        pg_json_text(json, "kind", unread->kind);
        pg_json_bool(json, "namespaced", unread->namespaced);
        add_text(json, "namespace", unread->ns);
        pg_report_except(json, unread);
        pg_json_text(json, "reason", unread->reason);
        pg_json_end(json);
    }
    pg_json_end(json);
}

/* Where it is of a live cluster, or was. */
static void add_head(struct taking *taking, struct pg_arena *arena, const struct pg_cluster *cluster)
{
    struct pg_buf head = {0};
    if (!cluster->origin && cluster->nunread == 0)
        return;
    struct pg_json json = pg_json_start(&head);
    pg_json_object(&json, NULL, false);
    pg_json_text(&json, "apiVersion", "polgrid/v1");
    pg_json_text(&json, "kind", "Snapshot");
    pg_json_object(&json, "metadata", true);
    pg_json_text(&json, "name", "snapshot");
    pg_json_end(&json);
    if (cluster->origin)
        add_origin(&json, arena, cluster->origin);
    pg_json_array(&json, "groups", true);
    for (uint32_t i = 0; i < cluster->ngroups; i++)
        pg_json_text(&json, NULL, cluster->groups[i]);
    pg_json_end(&json);
    add_unread(&json, cluster);
    pg_json_end(&json);
    pg_json_finish(&json);
    add(taking, head.p, head.n);
    pg_buf_free(&head);
}

/* --- the file ------------------------------------------------------------------------------------- */

static bool write_all(int fd, const struct pg_buf *text)
{
    for (size_t done = 0; done < text->n;) {
        ssize_t n = write(fd, text->p + done, text->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* What can't be replaced: a pipe, a terminal, /dev/null. */
static bool write_device(const char *path, const struct pg_buf *text, struct pg_err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    bool ok = fd >= 0 && write_all(fd, text);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        error = errno;
        ok = false;
    }
    return ok || pg_err_set(err, "%s: %s", path, strerror(error));
}

/* Whole or not at all: under another name first, which takes the place of what was there; where a symbolic link
   leads elsewhere, of what is there. */
static bool replace_file(struct pg_arena *arena, const char *path, const struct pg_buf *text,
                         struct pg_err *err)
{
    char *real = realpath(path, NULL);
    struct stat info;
    if (real)
        path = pg_arena_strdup(arena, real);
    free(real);
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return write_device(path, text, err);
    char *other = pg_arena_printf(arena, "%s.XXXXXX", path);
    int fd = mkostemp(other, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return pg_err_set(err, "%s: %s", path, strerror(errno));
    bool ok = write_all(fd, text) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    ok = ok && rename(other, path) == 0;
    if (!ok) {
        pg_err_set(err, "%s: %s", path, strerror(errno));
        unlink(other);
    }
    return ok;
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int save(struct pg_cli_run *run, struct taking *taking, const char *path, int status)
{
    struct pg_err err = taking->err;
    if (taking->failed) {
        pg_cli_say("%s: %s", path, err.text);
        return PG_CLI_USAGE;
    }
    if (strcmp(path, "-") == 0)
        return pg_cli_write(&taking->text, status);
    if (replace_file(run->arena, path, &taking->text, &err))
        return status;
    pg_cli_say("%s", err.text);
    return PG_CLI_USAGE;
}

int pg_cli_run_snapshot(struct pg_cli_run *run)
{
    const char *path = run->args->values[PG_OPT_OUTPUT];
    struct taking taking = {.json = path && ends_in(path, ".json")};
    struct pg_cli_world world;
    if (!path) {
        pg_cli_say("snapshot needs -o FILE, or -o - for standard output");
        return PG_CLI_USAGE;
    }
    if (taking.json)
        pg_buf_puts(&taking.text, "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [");
    int status = pg_cli_source_open_with(run, &world, take, &taking);
    if (status == PG_CLI_YES) {
        add_head(&taking, run->arena, world.cluster);
        if (taking.json)
            pg_buf_puts(&taking.text, "\n]}\n");
        status = pg_cli_source_status(run, &world, PG_CLI_YES);
        status = save(run, &taking, path, status);
        pg_cli_source_close(&world);
    }
    pg_buf_free(&taking.text);
    return status;
}
