#include "polgrid/memo.h"

#include <string.h>

#include "decode.h"
#include "feed.h"
#include "kinds.h"
#include "loader.h"

/* What may be wasted beyond what is in use: bytes and strings. */
#define SPARE_BYTES   ((size_t)32 << 20)
#define SPARE_STRINGS 200000u
/* Between two calls for progress. */
#define OFTEN 1000u

/* Which list of the loader a record belongs to. */
enum sort {
    NOTHING, /* no object was seen in this slot, or another state of it */
    UNKEPT,  /* decoded each time */
    NAMESPACE,
    NODE,
    POD,
    WORKLOAD,
    SERVICE,
    SLICE,
    POLICY,
};

struct entry {
    uint64_t version;
    void *record;  /* in the arena of the decoder's cluster */
    uint32_t file; /* number plus one; 0: none yet */
    enum sort sort;
};

struct pg_memo {
    struct pg_arena *arena; /* of the memo itself */
    const char *default_namespace;
    /* Decodes one object at a time. Its cluster has the strings and whatever records point to, and no lists; it is the
       base of the clusters that are made. */
    struct pg_loader *decoder;
    struct pg_arena *home,
        *scratch; /* the decoder's `work`: its own, and what is reset after each object */
    PG_VEC(struct entry) entries; /* by slot; on the heap, like the files */
    PG_VEC(struct pg_file) files;
    struct pg_map shared; /* files that many objects share: hash of the name to the number */
    size_t used_bytes;    /* after everything was decoded */
    uint32_t used_strings, renewed;
    uint64_t decoded;
};

/* --- the decoder --------------------------------------------------------------------------------- */

static void begin(struct pg_memo *memo)
{
    struct pg_load_options options = {.default_namespace = memo->default_namespace};

    memo->decoder = pg_loader_new(&options);
    memo->home = memo->decoder->work;
    memo->scratch = pg_arena_new();
    memo->decoder->work = memo->scratch;
    memo->used_bytes = 0;
}

static void end(struct pg_memo *memo)
{
    memo->decoder->work = memo->home;
    pg_arena_free(memo->scratch);
    pg_loader_free(memo->decoder);
    pg_vec_free(&memo->entries);
    pg_vec_free(&memo->files);
    pg_map_free(&memo->shared);
}

struct pg_memo *pg_memo_new(const char *default_namespace)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_memo *memo = pg_arena_alloc(arena, sizeof *memo);

    memo->arena = arena;
    memo->default_namespace = default_namespace ? pg_arena_strdup(arena, default_namespace) : NULL;
    begin(memo);
    return memo;
}

void pg_memo_free(struct pg_memo *memo)
{
    if (!memo)
        return;
    end(memo);
    pg_arena_free(memo->arena);
}

uint64_t pg_memo_decoded(const struct pg_memo *memo)
{
    return memo->decoded;
}

uint32_t pg_memo_renewed(const struct pg_memo *memo)
{
    return memo->renewed;
}

/* Begins anew where there is more waste than what is in use. */
static void renew_if_due(struct pg_memo *memo)
{
    const struct pg_cluster *base = memo->decoder->cluster;

    if (memo->used_bytes == 0 ||
        (pg_arena_size(base->arena) <= 2 * memo->used_bytes + SPARE_BYTES &&
         pg_strs_count(base->strs) <= 2 * memo->used_strings + SPARE_STRINGS))
        return;
    end(memo);
    begin(memo);
    memo->renewed++;
}

/* --- files ----------------------------------------------------------------------------------------- */

static uint32_t add_file(struct pg_memo *memo, const char *name)
{
    struct pg_file file = {.name = pg_arena_strdup(memo->decoder->cluster->arena, name)};

    pg_vec_push_heap(&memo->files, file);
    return memo->files.n - 1;
}

static uint32_t shared_file(struct pg_memo *memo, const char *name)
{
    uint64_t key = pg_hash(name, strlen(name), 0);
    const uint32_t *found;

    for (; (found = pg_map_get(&memo->shared, key)) != NULL; key++)
        if (strcmp(memo->files.v[*found].name, name) == 0)
            return *found;
    pg_map_put(&memo->shared, key, memo->files.n);
    return add_file(memo, name);
}

static void place(struct pg_memo *memo, struct entry *entry, const struct pg_memo_object *object)
{
    struct pg_file *file;

    if (entry->file == 0)
        entry->file =
            1 + (object->line ? shared_file(memo, object->file) : add_file(memo, object->file));
    if (object->line)
        return;
    file = &memo->files.v[entry->file - 1];
    file->bytes = object->n;
    file->text = pg_arena_strndup(memo->decoder->cluster->arena, object->text, object->n);
}

/* --- one object ------------------------------------------------------------------------------------ */

static bool read_object(struct pg_loader *loader, const struct entry *entry,
                        const struct pg_memo_object *object)
{
    struct pg_feed feed;
    bool ok;

    pg_feed_text(&feed, object->text, object->n, NULL, NULL);
    ok = pg_loader_object(loader, &feed, entry->file - 1, object->line);
    pg_feed_close(&feed);
    return ok;
}

/* Whether decoding gives one record and touches nothing else. */
static bool is_plain(const struct pg_memo_object *object)
{
    const struct pg_kind *known = pg_kind_find(object->api_version, object->kind);

    return known && known->flags & PG_KIND_PLAIN;
}

/* Moves the record that a list of the decoder has, if it has one, into the entry. */
#define TAKE(memo, entry, list, of)                                                               \
    do {                                                                                          \
        if ((memo)->decoder->list.n == 1) {                                                       \
            (entry)->record =                                                                     \
                pg_arena_alloc((memo)->decoder->cluster->arena, sizeof *(memo)->decoder->list.v); \
            memcpy((entry)->record, (memo)->decoder->list.v, sizeof *(memo)->decoder->list.v);    \
            (entry)->sort = (of);                                                                 \
        }                                                                                         \
    } while (0)

static void take_record(struct pg_memo *memo, struct entry *entry)
{
    TAKE(memo, entry, namespaces, NAMESPACE);
    TAKE(memo, entry, nodes, NODE);
    TAKE(memo, entry, pods, POD);
    TAKE(memo, entry, workloads, WORKLOAD);
    TAKE(memo, entry, services, SERVICE);
    TAKE(memo, entry, slices, SLICE);
    TAKE(memo, entry, policies, POLICY);
}

/* Makes the decoder forget the object that it read. */
static void forget(struct pg_memo *memo)
{
    struct pg_loader *decoder = memo->decoder;

    memset(&decoder->diags, 0, sizeof decoder->diags);
    memset(&decoder->skipped, 0, sizeof decoder->skipped);
    memset(&decoder->namespaces, 0, sizeof decoder->namespaces);
    memset(&decoder->nodes, 0, sizeof decoder->nodes);
    memset(&decoder->services, 0, sizeof decoder->services);
    memset(&decoder->slices, 0, sizeof decoder->slices);
    decoder->pods.n = decoder->workloads.n = decoder->policies.n = 0;
    pg_arena_reset(memo->scratch);
}

/* What was told once would not be told of the next object. */
static void forget_told(struct pg_loader *decoder)
{
    memset(decoder->reported, 0, sizeof decoder->reported);
    pg_map_free(&decoder->told);
    pg_map_free(&decoder->skipped_index);
    decoder->cluster->nrejected = 0;
}

static void decode(struct pg_memo *memo, struct entry *entry, const struct pg_memo_object *object)
{
    struct pg_loader *decoder = memo->decoder;

    memo->decoded++;
    place(memo, entry, object);
    entry->version = object->version;
    entry->sort = UNKEPT;
    if (!is_plain(object))
        return;
    if (read_object(decoder, entry, object) && decoder->diags.n == 0 && decoder->skipped.n == 0)
        take_record(memo, entry);
    else
        forget_told(decoder);
    forget(memo);
}

/* --- all of them ----------------------------------------------------------------------------------- */

#define PUT(loader, list, kept)      pg_vec_push((loader)->work, &(loader)->list, *(kept))
#define PUT_HEAP(loader, list, kept) pg_vec_push_heap(&(loader)->list, *(kept))

static void add_record(struct pg_loader *loader, const struct entry *entry)
{
    struct pg_raw_id *id = entry->record; /* the first member of each */

    id->order = loader->order++;
    switch (entry->sort) {
    case NAMESPACE: PUT(loader, namespaces, (const struct pg_raw_namespace *)entry->record); break;
    case NODE: PUT(loader, nodes, (const struct pg_raw_node *)entry->record); break;
    case POD: PUT_HEAP(loader, pods, (const struct pg_raw_pod *)entry->record); break;
    case WORKLOAD:
        PUT_HEAP(loader, workloads, (const struct pg_raw_workload *)entry->record);
        break;
    case SERVICE: PUT(loader, services, (const struct pg_raw_service *)entry->record); break;
    case SLICE: PUT(loader, slices, (const struct pg_raw_slice *)entry->record); break;
    case POLICY: PUT_HEAP(loader, policies, (const struct pg_raw_policy *)entry->record); break;
    case NOTHING:
    case UNKEPT: break;
    }
    loader->progress.objects++;
    loader->progress.pods += entry->sort == POD;
    loader->progress.policies += entry->sort == POLICY;
}

static struct entry *entry_of(struct pg_memo *memo, uint32_t slot)
{
    while (memo->entries.n <= slot)
        pg_vec_push_heap(&memo->entries, ((struct entry){.sort = NOTHING}));
    return &memo->entries.v[slot];
}

/* Decodes what is new; how many of the objects are there then. */
static uint32_t decode_new(struct pg_memo *memo, const struct pg_load_options *options,
                           const struct pg_memo_object *objects, uint32_t n)
{
    struct pg_load_progress progress = {.file = ""};

    for (uint32_t i = 0; i < n; i++) {
        struct entry *entry = entry_of(memo, objects[i].slot);
        if (entry->version != objects[i].version)
            decode(memo, entry, &objects[i]);
        progress.bytes += objects[i].n;
        progress.objects++;
        if (i % OFTEN == 0 && options && options->progress &&
            !options->progress(options->context, &progress))
            return i;
    }
    return n;
}

/* A loader that goes on from what the decoder has. */
static struct pg_loader *loader_on(struct pg_memo *memo, const struct pg_load_options *options)
{
    struct pg_load_options own = {.default_namespace = memo->default_namespace};
    struct pg_cluster *base = memo->decoder->cluster;
    struct pg_loader *loader;

    if (options) {
        own.progress = options->progress;
        own.context = options->context;
    }
    loader = pg_loader_new(&own);
    pg_strs_free(loader->cluster->strs);
    loader->cluster->strs = pg_strs_copy(base->strs);
    loader->cluster->base = pg_cluster_keep(base);
    loader->default_ns = memo->decoder->default_ns;
    for (uint32_t i = 0; i < memo->files.n; i++)
        pg_vec_push(loader->work, &loader->files, memo->files.v[i]);
    return loader;
}

struct pg_loader *pg_memo_loader(struct pg_memo *memo, const struct pg_load_options *options,
                                 const struct pg_memo_object *objects, uint32_t n)
{
    struct pg_loader *loader;
    uint32_t there;

    renew_if_due(memo);
    there = decode_new(memo, options, objects, n);
    if (memo->used_bytes == 0 && there == n) {
        memo->used_bytes = pg_arena_size(memo->decoder->cluster->arena);
        memo->used_strings = pg_strs_count(memo->decoder->cluster->strs);
    }
    loader = loader_on(memo, options);
    for (uint32_t i = 0; i < there; i++) {
        const struct entry *entry = &memo->entries.v[objects[i].slot];
        if (entry->sort == UNKEPT)
            read_object(loader, entry, &objects[i]);
        else
            add_record(loader, entry);
    }
    loader->stopped = loader->stopped || there < n;
    return loader;
}
