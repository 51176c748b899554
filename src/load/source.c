/* pg_load_source(): the text of a file once more, for the source view. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "loader.h"
#include "polgrid/load.h"

static bool read_all(struct pg_buf *text, int fd, struct pg_err *err, const char *name)
{
    char chunk[16384];
    ssize_t n;

    for (;;) {
        n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pg_err_set(err, "%s: %s", name, strerror(errno));
        if (n == 0)
            return true;
        if (text->n + (size_t)n > PG_FEED_MAX_KEPT)
            return pg_err_set(err, "%s: too large to show", name);
        pg_buf_add(text, chunk, (size_t)n);
    }
}

int64_t pg_load_mtime(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

static bool read_again(struct pg_buf *text, const char *name, int64_t *mtime_ns, struct pg_err *err)
{
    struct stat info;
    bool ok;
    /* Not to hang on a pipe that has taken the file's place. */
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return pg_err_set(err, "%s: %s", name, strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ok = pg_err_set(err, "%s: no regular file any more", name);
    } else {
        *mtime_ns = pg_load_mtime(&info);
        ok = read_all(text, fd, err, name);
    }
    close(fd);
    return ok;
}

static bool has_changed(const struct pg_file *file, const struct pg_buf *text, int64_t mtime_ns)
{
    struct pg_sha256 hash;
    char sha256[65];

    if (!file->sha256[0])
        return text->n != file->bytes || mtime_ns != file->mtime_ns;
    pg_sha256_start(&hash);
    pg_sha256_add(&hash, pg_buf_text(text), text->n);
    pg_sha256_hex(&hash, sha256);
    return strcmp(sha256, file->sha256) != 0;
}

const char *pg_load_source(struct pg_arena *arena, const struct pg_file *file, size_t *length,
                           bool *changed, struct pg_err *err)
{
    struct pg_buf text = {0};
    const char *copy = NULL;
    int64_t mtime_ns = 0;

    *changed = false;
    if (file->text) {
        *length = file->bytes;
        return pg_arena_strndup(arena, file->text, file->bytes);
    }
    if (!file->on_disk) {
        pg_err_set(err, "%s: its text was not kept", file->name);
        return NULL;
    }
    if (read_again(&text, file->name, &mtime_ns, err)) {
        *changed = has_changed(file, &text, mtime_ns);
        *length = text.n;
        copy = pg_arena_strndup(arena, pg_buf_text(&text), text.n);
    }
    pg_buf_free(&text);
    return copy;
}
