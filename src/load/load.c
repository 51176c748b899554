#include "polgrid/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ahead.h"
#include "decode.h"
#include "feed.h"
#include "loader.h"
#include "prune.h"
#include "reader.h"
#include "tell.h"

/* Gives an object to whoever keeps a copy. One that names no namespace gets the one that it is read into. */
static void give_copy(struct pg_loader *loader, const struct pg_tree *tree, const char *version,
                      const char *kind)
{
    const char *ns = pg_cluster_text(loader->cluster, loader->default_ns);
    struct pg_object object = pg_object_prune(&loader->pruned, tree, version, kind, NULL);
    const struct pg_kind *known = object.json ? pg_kind_find(object.api_version, object.kind) : NULL;

    if (!known)
        return;
    if (!object.ns && !(known->flags & PG_KIND_CLUSTER))
        object = pg_object_prune(&loader->pruned, tree, version, kind, ns);
    loader->options.object(loader->options.object_context, &object);
}

static void take_object(void *context, const struct pg_tree *tree, const char *version,
                        const char *kind)
{
    struct pg_loader *loader = context;

    if (loader->options.object && !loader->stopped)
        give_copy(loader, tree, version, kind);
    pg_decode_object(loader, tree, version, kind);
}

struct pg_loader *pg_loader_new(const struct pg_load_options *options)
{
    struct pg_arena *work = pg_arena_new();
    struct pg_loader *loader = pg_arena_alloc(work, sizeof *loader);
    struct pg_build_sink sink = {take_object, pg_decode_stray, loader};
    const char *ns;

    loader->work = work;
    loader->cluster = pg_cluster_new();
    loader->build = pg_build_new(&sink, &loader->fault);
    if (options)
        loader->options = *options;
    ns = loader->options.default_namespace;
    loader->default_ns = pg_strs_puts(loader->cluster->strs, ns && *ns ? ns : "default");
    return loader;
}

void pg_loader_free(struct pg_loader *loader)
{
    if (!loader)
        return;
    pg_build_free(loader->build);
    pg_buf_free(&loader->pruned);
    pg_map_free(&loader->skipped_index);
    pg_map_free(&loader->told);
    pg_vec_free(&loader->pods);
    pg_vec_free(&loader->workloads);
    pg_vec_free(&loader->policies);
    pg_cluster_free(loader->cluster);
    pg_arena_free(loader->work);
}

bool pg_loader_progress(struct pg_loader *loader, uint64_t bytes)
{
    struct pg_load_progress *progress = &loader->progress;

    progress->bytes += bytes;
    if (loader->options.progress && !loader->stopped)
        loader->stopped = !loader->options.progress(loader->options.context, progress);
    return !loader->stopped;
}

static bool feed_progress(void *context, uint64_t bytes)
{
    return pg_loader_progress(context, bytes);
}

/* --- one source -------------------------------------------------------------------------------- */

static struct pg_file *begin_source(struct pg_loader *loader, const char *name, bool on_disk,
                                    int64_t mtime_ns)
{
    struct pg_file *file;

    loader->file = loader->files.n;
    file = pg_vec_add(loader->work, &loader->files);
    file->name = pg_arena_strdup(loader->cluster->arena, name);
    file->on_disk = on_disk;
    file->mtime_ns = mtime_ns;
    loader->lines_before = 0;
    loader->file_documents = 0;
    loader->progress.file = file->name;
    return file;
}

/* Says what is to be said of a source as a whole; `fault`, if any, is where it ended. */
static void tell_source(struct pg_loader *loader, const struct pg_fault *fault, bool dropped)
{
    struct pg_loc whole = {loader->file, 0, 0};

    if (fault) {
        pg_tell(loader, fault->code, PG_SEVERITY_FATAL, pg_tell_loc(loader, fault->mark), NULL,
                NULL, "%s; what follows in this file is lost", fault->message);
        loader->cluster->partial = true;
    } else if (loader->file_documents == 0 && !loader->stopped) {
        pg_tell(loader, PG_CODE_FILE_EMPTY, PG_SEVERITY_WARNING, whole, NULL, NULL,
                "there is no Kubernetes object in it");
    }
    if (dropped)
        pg_tell(loader, PG_CODE_FILE_DROPPED, PG_SEVERITY_INFO, whole, NULL, NULL,
                "too large to keep its text: the source view can't show it");
}

void pg_loader_read(struct pg_loader *loader, struct pg_feed *feed, const char *name, bool on_disk)
{
    struct pg_file *file = begin_source(loader, name, on_disk, feed->mtime_ns);
    bool ok;

    feed->hashes = loader->options.hash;
    ok = pg_read_any(loader->build, feed, &loader->fault);
    tell_source(loader, ok ? NULL : &loader->fault, feed->dropped);
    pg_feed_finish(feed, file->sha256);
    file->bytes = feed->bytes;
    if (feed->keep)
        file->text =
            pg_arena_strndup(loader->cluster->arena, pg_buf_text(&feed->kept), feed->kept.n);
}

bool pg_loader_object(struct pg_loader *loader, struct pg_feed *feed, uint32_t file, uint32_t line)
{
    bool ok;

    loader->file = file;
    loader->lines_before = line ? line - 1 : 0;
    loader->file_documents = 0;
    ok = pg_read_any(loader->build, feed, &loader->fault);
    tell_source(loader, ok ? NULL : &loader->fault, false);
    return ok;
}

/* The next note about the file at hand; NULL where the load is stopped while it waits. One that was stopped before
   goes on to the next bytes, as reading does. */
static const struct pg_note *await_note(struct pg_loader *loader, struct pg_ahead *ahead)
{
    const struct pg_note *note;

    while ((note = pg_ahead_next(ahead)) == NULL)
        if (!loader->stopped && !pg_loader_progress(loader, 0))
            return NULL;
    return note;
}

/* Where the load is stopped the rest of the file is left alone, as pg_feed_fill() does. */
static void follow_notes(struct pg_loader *loader, struct pg_ahead *ahead, struct pg_file *file)
{
    const struct pg_note *note;

    while ((note = await_note(loader, ahead)) != NULL) {
        switch (note->kind) {
        case PG_NOTE_OPENED:
        case PG_NOTE_FAILED: break; /* not here */
        case PG_NOTE_BYTES:
            file->bytes += note->bytes;
            if (!pg_loader_progress(loader, note->bytes))
                return;
            break;
        case PG_NOTE_OBJECT:
            take_object(loader, note->object.tree, note->object.version, note->object.kind);
            break;
        case PG_NOTE_STRAY: pg_decode_stray(loader, note->object.tree); break;
        case PG_NOTE_PARSED: tell_source(loader, note->fault, false); break;
        case PG_NOTE_END: snprintf(file->sha256, sizeof file->sha256, "%s", note->sha256); return;
        }
    }
}

bool pg_loader_read_ahead(struct pg_loader *loader, struct pg_ahead *ahead, const char *name)
{
    const struct pg_note *note;

    loader->progress.file = name;
    note = await_note(loader, ahead);
    if (!note)
        return true;
    if (note->kind == PG_NOTE_FAILED) {
        errno = note->error;
        return false;
    }
    follow_notes(loader, ahead, begin_source(loader, name, true, note->mtime_ns));
    return true;
}

void pg_loader_text(struct pg_loader *loader, const char *name, const char *text, size_t length)
{
    struct pg_feed feed;
    struct pg_file *file;

    if (loader->stopped)
        return;
    if (!loader->streamed)
        loader->progress.total_bytes += length;
    pg_feed_text(&feed, text, length, feed_progress, loader);
    pg_loader_read(loader, &feed, name, false);
    pg_feed_close(&feed);
    file = &loader->files.v[loader->file];
    if (length <= PG_FEED_MAX_KEPT)
        file->text = pg_arena_strndup(loader->cluster->arena, text, length);
}
