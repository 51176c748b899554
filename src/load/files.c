/* Paths: files, directories and standard input. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ahead.h"
#include "feed.h"
#include "loader.h"
#include "tell.h"

#define MAX_DEPTH 64
#define MAX_FILES 100000u /* in a directory and those below it */
#define MAX_NAMES 200000u /* in one directory */

/* The files of a directory, in the order in which they are to be read. */
struct walk {
    struct pg_loader *loader;
    PG_VEC(const char *) files;
    uint64_t bytes;
    bool full;
};

static bool feed_progress(void *context, uint64_t bytes)
{
    return pg_loader_progress(context, bytes);
}

/* --- one file ---------------------------------------------------------------------------------- */

/* A text that can't be read again from its name (a pipe, say) is kept. */
static void read_fd(struct pg_loader *loader, int fd, const char *name, bool regular)
{
    struct pg_feed feed;

    struct stat info;

    pg_feed_open(&feed, fd, !regular, feed_progress, loader);
    if (regular && fstat(fd, &info) == 0)
        feed.mtime_ns = pg_load_mtime(&info);
    pg_loader_read(loader, &feed, name, regular);
    pg_feed_close(&feed);
}

static bool read_file(struct pg_loader *loader, const char *path, bool regular, struct pg_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return pg_err_set(err, "%s: %s", path, strerror(errno));
    read_fd(loader, fd, path, regular);
    close(fd);
    return true;
}

static void expect_bytes(struct pg_loader *loader, uint64_t bytes, bool known)
{
    loader->streamed = loader->streamed || !known;
    if (loader->streamed)
        loader->progress.total_bytes = 0;
    else
        loader->progress.total_bytes += bytes;
}

/* --- directories ------------------------------------------------------------------------------- */

/* A finding about a path that is no file that was read: it gets an entry, so that it has a name. */
static void tell_path(struct pg_loader *loader, enum pg_code code, const char *path,
                      const char *message)
{
    struct pg_file *file;

    loader->file = loader->files.n;
    file = pg_vec_add(loader->work, &loader->files);
    file->name = pg_arena_strdup(loader->cluster->arena, path);
    pg_tell(loader, code, pg_code_severity(code), (struct pg_loc){loader->file, 0, 0}, NULL, NULL,
            "%s", message);
    if (pg_code_severity(code) == PG_SEVERITY_FATAL)
        loader->cluster->partial = true;
}

static bool is_manifest(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

struct names {
    PG_VEC(const char *) list;
};

/* Hidden files are none of ours: a mounted ConfigMap has its files a second time below `..data`. */
static bool is_wanted(const struct walk *walk, const char *name)
{
    return name[0] != '.' && (walk->loader->options.recursive || is_manifest(name));
}

/* The names in a directory, in byte order. */
static bool list_names(struct walk *walk, const char *path, struct names *names)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int failure;

    if (!dir)
        return false;
    while (errno = 0, (entry = readdir(dir)) != NULL && names->list.n < MAX_NAMES)
        if (is_wanted(walk, entry->d_name))
            pg_vec_push(walk->loader->work, &names->list,
                        pg_arena_strdup(walk->loader->work, entry->d_name));
    failure = errno;
    closedir(dir);
    if (entry) /* which of them come first is up to the file system */
        tell_path(walk->loader, PG_CODE_FILE_MANY, path,
                  "more than 200,000 names in this directory; some are not read");
    else if (failure)
        tell_path(walk->loader, PG_CODE_FILE_READ, path,
                  pg_arena_printf(walk->loader->work, "can't be listed to its end: %s",
                                  strerror(failure)));
    if (names->list.n)
        qsort(names->list.v, names->list.n, sizeof *names->list.v, compare_texts);
    return true;
}

static void add_file(struct walk *walk, const char *path, const struct stat *info)
{
    if (!S_ISREG(info->st_mode)) {
        tell_path(walk->loader, PG_CODE_FILE_SPECIAL, path, "no regular file: passed over");
        return;
    }
    if (walk->files.n >= MAX_FILES) {
        if (!walk->full)
            tell_path(walk->loader, PG_CODE_FILE_MANY, path,
                      "more than 100,000 files; this one and what follows is not read");
        walk->full = true;
        return;
    }
    walk->bytes += info->st_size > 0 ? (uint64_t)info->st_size : 0;
    pg_vec_push(walk->loader->work, &walk->files, path);
}

static bool walk_directory(struct walk *walk, const char *path, int depth);

/* Links to files are followed, links to directories are not: they may lead in a circle. */
static void walk_entry(struct walk *walk, const char *directory, const char *name, int depth)
{
    struct pg_arena *work = walk->loader->work;
    const char *slash = directory[strlen(directory) - 1] == '/' ? "" : "/";
    const char *path = pg_arena_printf(work, "%s%s%s", directory, slash, name);
    struct stat info;

    if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        if (walk->loader->options.recursive && !walk_directory(walk, path, depth + 1))
            tell_path(walk->loader, PG_CODE_FILE_READ, path,
                      pg_arena_printf(work, "can't be listed: %s", strerror(errno)));
        return;
    }
    if (!is_manifest(name))
        return;
    if (stat(path, &info) != 0)
        tell_path(walk->loader, PG_CODE_FILE_READ, path,
                  pg_arena_printf(work, "can't be opened: %s", strerror(errno)));
    else if (!S_ISDIR(info.st_mode))
        add_file(walk, path, &info);
}

static bool walk_directory(struct walk *walk, const char *path, int depth)
{
    struct names names = {0};

    if (depth > MAX_DEPTH) {
        tell_path(walk->loader, PG_CODE_FILE_MANY, path,
                  "directories nested more than 64 deep; this one is not read");
        return true;
    }
    if (!list_names(walk, path, &names))
        return false;
    for (uint32_t i = 0; i < names.list.n; i++)
        walk_entry(walk, path, names.list.v[i], depth);
    return true;
}

static bool read_one(struct pg_loader *loader, struct pg_ahead *ahead, const char *path)
{
    struct pg_err why;

    return ahead ? pg_loader_read_ahead(loader, ahead, path) : read_file(loader, path, true, &why);
}

static void read_files(struct pg_loader *loader, const struct walk *walk)
{
    uint32_t nthreads = loader->options.threads ? loader->options.threads
                                                : pg_ahead_threads(walk->files.n, walk->bytes);
    struct pg_ahead *ahead = NULL;

    if (nthreads > 1)
        ahead = pg_ahead_start(walk->files.v, walk->files.n, nthreads, loader->options.hash);
    for (uint32_t i = 0; i < walk->files.n && !loader->stopped; i++)
        if (!read_one(loader, ahead, walk->files.v[i]))
            tell_path(loader, PG_CODE_FILE_READ, walk->files.v[i],
                      pg_arena_printf(loader->work, "can't be opened: %s", strerror(errno)));
    if (ahead)
        pg_ahead_end(ahead);
}

static bool read_directory(struct pg_loader *loader, const char *path, struct pg_err *err)
{
    struct walk walk = {.loader = loader};

    if (!walk_directory(&walk, path, 1))
        return pg_err_set(err, "%s: %s", path, strerror(errno));
    expect_bytes(loader, walk.bytes, true);
    if (walk.files.n == 0)
        tell_path(loader, PG_CODE_FILE_NONE, path,
                  loader->options.recursive
                      ? "no file ending in .yaml, .yml or .json in it or below it"
                      : "no file ending in .yaml, .yml or .json in it (-R looks below it, too)");
    read_files(loader, &walk);
    return true;
}

bool pg_loader_path(struct pg_loader *loader, const char *path, struct pg_err *err)
{
    struct stat info;

    if (loader->stopped)
        return true;
    if (strcmp(path, "-") == 0) {
        expect_bytes(loader, 0, false);
        read_fd(loader, STDIN_FILENO, path, false);
        return true;
    }
    if (stat(path, &info) != 0)
        return pg_err_set(err, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return read_directory(loader, path, err);
    expect_bytes(loader, (uint64_t)info.st_size, S_ISREG(info.st_mode));
    return read_file(loader, path, S_ISREG(info.st_mode), err);
}
