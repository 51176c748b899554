#include "build.h"

#include <assert.h>
#include <string.h>

#include "kinds.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"
#include "scalar.h"

/* Lists of lists of objects: beyond this many levels the elements are kept until the outer one is done. */
#define MAX_LEVEL 3

/* Bytes of nodes after which an arena is given away (pg_build_keep). */
#define FULL ((size_t)256 << 10)

enum role {
    ROLE_PLAIN,
    ROLE_OBJECT, /* a map that may be a Kubernetes object: the document, or an element of `items` */
    ROLE_ITEMS,  /* the value of an object's `items` */
};

/* What is known about the value that comes next. */
struct slot {
    enum role role;
    bool wanted;                  /* somebody reads it */
    bool any;                     /* no shape says what is in it: all is kept */
    bool no_text;                 /* only what sort of thing it is */
    bool is_list;                 /* `shape` is that of its elements */
    const struct pg_shape *shape; /* NULL: a scalar, or a map or list of scalars */
};

/* A map or list that is being read. */
struct frame {
    struct pg_tree *node;
    struct slot slot;
    uint32_t first;    /* where its entries begin on the stack */
    uint32_t anchor;   /* its number plus one; 0 where it has none */
    bool block;        /* a map that has not seen its first key yet, which is its place */
    bool detached;     /* an anchored value inside something that is skipped */
    uint32_t skipping; /* then: how deep that was */
    bool has_key;
    struct pg_tree_entry key;
    const struct pg_field *field; /* of that key */
    struct slot next;             /* and what that makes of its value */
    /* ROLE_OBJECT: as far as they are known; its own, or else what its list implies */
    const char *version, *kind;
};

struct anchor {
    const char *name;
    const struct pg_tree *node; /* NULL while it is being read */
};

struct pg_build {
    struct pg_build_sink sink;
    struct pg_fault *fault;
    struct pg_arena *home;                  /* of the builder itself */
    struct pg_arena *arenas[MAX_LEVEL + 1]; /* 0: the document; n: elements of n lists in each other */
    uint32_t nodes[MAX_LEVEL + 1], total; /* in each, and in all */
    bool held[MAX_LEVEL + 1]; /* an element waits for its list's kind: its arena must live on */
    uint32_t level;
    PG_VEC(struct frame) frames;
    PG_VEC(struct pg_tree_entry)
    stack;                   /* entries of the open maps and lists; `value` alone in lists */
    uint32_t skipping;       /* levels of what is being skipped */
    struct pg_tree *skipped; /* what stands for it */
    uint32_t depth;
    uint32_t anchored; /* open frames that have an anchor */
    uint32_t pending;  /* anchor of the next value, as in frame.anchor */
    PG_VEC(struct anchor) anchors;
    struct pg_map names; /* hash of an anchor's name to its number */
    uint32_t expanded;
    bool whole;          /* documents are no Kubernetes objects */
    pg_build_take *take; /* NULL: nodes are forgotten */
};

struct pg_build *pg_build_new(const struct pg_build_sink *sink, struct pg_fault *fault)
{
    struct pg_arena *home = pg_arena_new();
    struct pg_build *build = pg_arena_alloc(home, sizeof *build);

    build->home = home;
    build->sink = *sink;
    build->fault = fault;
    for (size_t i = 0; i <= MAX_LEVEL; i++)
        build->arenas[i] = pg_arena_new();
    return build;
}

void pg_build_free(struct pg_build *build)
{
    if (!build)
        return;
    for (size_t i = 0; i <= MAX_LEVEL; i++)
        pg_arena_free(build->arenas[i]);
    pg_map_free(&build->names);
    pg_arena_free(build->home);
}

void pg_build_whole(struct pg_build *build)
{
    build->whole = true;
    pg_arena_secret(build->home);
    for (size_t i = 0; i <= MAX_LEVEL; i++)
        pg_arena_secret(build->arenas[i]);
}

void pg_build_keep(struct pg_build *build, pg_build_take *take)
{
    build->take = take;
}

static void give(struct pg_build *build, uint32_t level)
{
    build->take(build->sink.context, build->arenas[level]);
    build->arenas[level] = pg_arena_new();
}

void pg_build_give(struct pg_build *build)
{
    for (uint32_t level = 0; level <= MAX_LEVEL; level++)
        if (pg_arena_size(build->arenas[level]) > 0)
            give(build, level);
}

/* Forgets the nodes of elements from this level on. */
static void forget(struct pg_build *build, uint32_t level)
{
    for (; level <= MAX_LEVEL; level++) {
        if (!build->take)
            pg_arena_reset(build->arenas[level]);
        else if (pg_arena_size(build->arenas[level]) >= FULL)
            give(build, level);
        build->total -= build->nodes[level];
        build->nodes[level] = 0;
        build->held[level] = false;
    }
}

void pg_build_start(struct pg_build *build)
{
    forget(build, 0);
    build->level = build->depth = build->skipping = 0;
    build->anchored = build->pending = build->expanded = 0;
    build->frames.n = build->stack.n = 0;
    if (build->anchors.n) {
        build->anchors.n = 0;
        pg_map_free(&build->names);
        build->names = (struct pg_map){0};
    }
}

/* --- nodes ------------------------------------------------------------------------------------- */

static uint32_t arena_index(const struct pg_build *build)
{
    if (build->anchored || build->pending) /* lives as long as the document: an alias may come */
        return 0;
    return build->level < MAX_LEVEL ? build->level : MAX_LEVEL;
}

static struct pg_arena *arena(const struct pg_build *build)
{
    return build->arenas[arena_index(build)];
}

static struct pg_tree *new_node(struct pg_build *build, enum pg_tree_kind kind, struct pg_mark mark)
{
    uint32_t level = arena_index(build);
    struct pg_tree *node = pg_arena_alloc(build->arenas[level], sizeof *node);

    node->kind = (uint8_t)kind;
    node->mark = mark;
    node->end_line = mark.line;
    node->size = 1;
    build->nodes[level]++;
    if (++build->total < PG_BUILD_MAX_NODES)
        return node;
    pg_fault_set(build->fault, PG_CODE_DOC_NODES, mark,
                 "more than %u values in one object; polgrid does not read objects of that size",
                 PG_BUILD_MAX_NODES);
    return NULL;
}

/* The text, without a NUL inside: a name with one is no name, and must not look like its first half. */
static const char *copy_text(struct pg_arena *into, const char *text, size_t n, uint32_t *length)
{
    static const char mark[] = "\xef\xbf\xbd";
    size_t nuls = 0, k = 0;
    char *copy;

    for (const char *p = text; (p = memchr(p, '\0', n - (size_t)(p - text))) != NULL; p++)
        nuls++;
    if (nuls == 0) {
        *length = (uint32_t)n;
        return pg_arena_strndup(into, text, n);
    }
    copy = pg_arena_alloc(into, n + 2 * nuls + 1);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\0') {
            memcpy(copy + k, mark, 3);
            k += 3;
        } else {
            copy[k++] = text[i];
        }
    }
    *length = (uint32_t)k;
    return copy;
}

/* --- where a value stands ------------------------------------------------------------------------ */

static struct frame *top(struct pg_build *build)
{
    return build->frames.n ? &build->frames.v[build->frames.n - 1] : NULL;
}

/* The big things that no object that polgrid reads has at its top: of use while the kind is not known, for
   `data` comes before `kind` in a ConfigMap. */
static bool is_payload(const char *key)
{
    return strcmp(key, "data") == 0 || strcmp(key, "binaryData") == 0 ||
           strcmp(key, "stringData") == 0;
}

static struct slot slot_of_field(const struct pg_field *field)
{
    struct slot slot = {0};

    slot.wanted = field && field->type != PG_T_ANY;
    if (!slot.wanted)
        return slot;
    slot.no_text = field->type == PG_T_NOTES;
    slot.is_list = field->type == PG_T_LIST;
    slot.shape = field->shape;
    slot.any = !field->shape;
    return slot;
}

static struct slot slot_in_map(const struct frame *frame)
{
    struct slot keep = {.wanted = true, .any = true};
    const char *key = frame->key.key;

    if (frame->key.merge)
        return keep;
    if (frame->slot.role == ROLE_OBJECT) {
        if (strcmp(key, "items") == 0 && (!frame->kind || pg_kind_is_list(frame->kind)))
            return (struct slot){.wanted = true, .any = true, .role = ROLE_ITEMS};
        if (frame->slot.any && is_payload(key))
            return (struct slot){0};
    }
    if (!frame->slot.any)
        return slot_of_field(frame->field);
    keep.no_text = frame->slot.no_text;
    return keep;
}

/* What comes next: the document, an element of the open list, or the value of the open map's key. */
static struct slot next_slot(struct pg_build *build)
{
    const struct frame *frame = top(build);
    struct slot slot = {.wanted = true, .any = true};

    if (!frame) {
        slot.role = build->whole ? ROLE_PLAIN : ROLE_OBJECT;
    } else if (frame->node->kind == PG_TREE_MAP) {
        slot = frame->next;
    } else if (frame->slot.role == ROLE_ITEMS) {
        slot.role = ROLE_OBJECT;
    } else {
        slot.shape = frame->slot.is_list ? frame->slot.shape : NULL;
        slot.any = !slot.shape;
        slot.no_text = frame->slot.no_text;
    }
    if (build->pending || build->anchored) { /* an alias may use it where another shape holds */
        slot.wanted = slot.any = true;
        slot.no_text = slot.is_list = false;
        slot.shape = NULL;
    }
    return slot;
}

bool pg_build_wants_text(const struct pg_build *build)
{
    const struct frame *frame = build->frames.n ? &build->frames.v[build->frames.n - 1] : NULL;

    if (build->pending)
        return true;
    if (build->skipping)
        return false;
    if (!frame || frame->node->kind != PG_TREE_MAP || build->anchored)
        return true;
    return !frame->has_key || (frame->next.wanted && !frame->next.no_text);
}

/* --- objects ------------------------------------------------------------------------------------- */

/* What the elements of a list of this kind are; NULL where it does not say. */
static const char *element_kind(struct pg_build *build, const char *list_kind)
{
    size_t length = list_kind ? strlen(list_kind) : 0;

    if (length <= 4 || !pg_kind_is_list(list_kind))
        return NULL;
    return pg_arena_strndup(arena(build), list_kind, length - 4);
}

/* Hands an object over; of a list, its elements. */
static void deliver(struct pg_build *build, const struct pg_tree *object, const char *version,
                    const char *kind)
{
    const char *own_kind = pg_tree_string(pg_tree_get(object, "kind"));
    const struct pg_tree *items = pg_tree_get(object, "items");
    bool is_list = !own_kind || pg_kind_is_list(own_kind);

    if (object->kind != PG_TREE_MAP) {
        if (!pg_tree_is_null(object))
            build->sink.stray(build->sink.context, object);
        return;
    }
    if (!items || !is_list || (items->kind != PG_TREE_SEQ && !pg_tree_is_null(items))) {
        build->sink.object(build->sink.context, object, version, kind);
        return;
    }
    if (pg_tree_is_null(items))
        return;
    version = pg_tree_string(pg_tree_get(object, "apiVersion"));
    kind = element_kind(build, own_kind);
    for (uint32_t i = 0; i < items->n; i++)
        deliver(build, items->items[i], version, kind);
}

/* Whether the object that is being read can be decoded without what comes after it. */
static bool is_complete(const struct frame *frame)
{
    return frame->version && frame->kind;
}

static void note_identity(struct pg_build *build, struct frame *frame, const struct pg_tree *value)
{
    const char *key = frame->key.key, *text = pg_tree_string(value);

    if (!text || !*text)
        return;
    if (strcmp(key, "kind") == 0) {
        frame->kind = text;
    } else if (strcmp(key, "apiVersion") == 0) {
        frame->version = text;
    } else {
        return;
    }
    if (is_complete(frame) && build->anchored == 0) {
        frame->slot.any = false;
        frame->slot.shape = pg_kind_shape(frame->version, frame->kind);
    }
}

/* An element takes what it does not say itself from its list, as far as that is known by now. */
static void inherit_identity(struct pg_build *build, struct frame *frame)
{
    const struct frame *list = &build->frames.v[build->frames.n - 3]; /* then its items, then this */

    frame->kind = element_kind(build, list->kind);
    frame->version = frame->kind ? list->version : NULL;
    if (is_complete(frame) && build->anchored == 0) {
        frame->slot.any = false;
        frame->slot.shape = pg_kind_shape(frame->version, frame->kind);
    }
}

/* --- values ------------------------------------------------------------------------------------ */

static void add_value(struct pg_build *build, struct pg_tree *node)
{
    struct frame *frame = top(build);
    struct pg_tree_entry *entry;

    if (!frame && build->whole) {
        build->sink.object(build->sink.context, node, NULL, NULL);
        return;
    }
    if (!frame) {
        deliver(build, node, NULL, NULL);
        return;
    }
    if (frame->slot.role == ROLE_ITEMS && node->kind != PG_TREE_MAP) {
        deliver(build, node, NULL, NULL); /* strays; and null elements, which say nothing */
        return;
    }
    if (frame->node->kind == PG_TREE_MAP && frame->slot.role == ROLE_OBJECT)
        note_identity(build, frame, node);
    entry = pg_vec_add(build->home, &build->stack);
    if (frame->node->kind == PG_TREE_MAP) {
        *entry = frame->key;
        frame->has_key = false;
    }
    entry->value = node;
    if (node->end_line > frame->node->end_line)
        frame->node->end_line = node->end_line;
}

static bool check_depth(struct pg_build *build, struct pg_mark mark)
{
    if (++build->depth <= PG_BUILD_MAX_DEPTH)
        return true;
    return pg_fault_set(
        build->fault, PG_CODE_DOC_DEPTH, mark,
        "lists and maps nested more than %d deep; no Kubernetes object is like that",
        PG_BUILD_MAX_DEPTH);
}

static void bind_anchor(struct pg_build *build, uint32_t anchor, const struct pg_tree *node)
{
    if (anchor)
        build->anchors.v[anchor - 1].node = node;
}

static bool refuse_key(struct pg_build *build, struct pg_mark mark)
{
    return pg_fault_set(
        build->fault, PG_CODE_DOC_KEY, mark,
        "a map or a list stands where a key is expected; if this is a template, render it "
        "first (helm template)");
}

/* Where the value that begins goes: false if it is to be skipped. */
static bool enters(struct pg_build *build, struct slot *slot)
{
    if (build->skipping && !build->pending)
        return false;
    if (build->skipping) {
        *slot = (struct slot){.wanted = true, .any = true};
        return true;
    }
    *slot = next_slot(build);
    return slot->wanted;
}

static bool begin(struct pg_build *build, enum pg_tree_kind kind, struct pg_mark mark, bool block)
{
    struct slot slot;
    struct pg_tree *node;
    struct frame *frame = top(build);

    if (!check_depth(build, mark))
        return false;
    if (!build->skipping && frame && frame->node->kind == PG_TREE_MAP && !frame->has_key)
        return refuse_key(build, mark);
    if (!enters(build, &slot)) {
        if (build->skipping++ == 0)
            build->skipped = new_node(build, PG_TREE_SKIPPED, mark);
        return build->skipped != NULL;
    }
    if (slot.role == (kind == PG_TREE_MAP ? ROLE_ITEMS : ROLE_OBJECT))
        slot.role = ROLE_PLAIN; /* neither an object nor a list of them */
    if (slot.role == ROLE_OBJECT && build->frames.n)
        build->level++;
    node = new_node(build, kind, mark);
    if (!node)
        return false;
    /* A shape that is for the other sort of thing says nothing; the check will tell. */
    if (slot.shape && slot.is_list != (kind == PG_TREE_SEQ)) {
        slot.shape = NULL;
        slot.any = true;
    }
    frame = pg_vec_add(build->home, &build->frames);
    frame->node = node;
    frame->slot = slot;
    frame->first = build->stack.n;
    frame->anchor = build->pending;
    frame->block = block;
    frame->detached = build->skipping > 0;
    frame->skipping = build->skipping;
    build->skipping = 0;
    build->anchored += build->pending != 0;
    build->pending = 0;
    if (slot.role == ROLE_OBJECT && build->frames.n > 1)
        inherit_identity(build, frame);
    return true;
}

bool pg_build_may_skip(const struct pg_build *build)
{
    const struct frame *frame = build->frames.n ? &build->frames.v[build->frames.n - 1] : NULL;

    return frame && frame->node->kind == PG_TREE_MAP && frame->has_key && !build->skipping &&
           !build->pending && !build->anchored && !frame->next.wanted;
}

uint32_t pg_build_depth_left(const struct pg_build *build)
{
    return build->depth < PG_BUILD_MAX_DEPTH ? PG_BUILD_MAX_DEPTH - build->depth : 0;
}

bool pg_build_skip(struct pg_build *build, struct pg_mark mark, uint32_t end_line)
{
    struct pg_tree *node = new_node(build, PG_TREE_SKIPPED, mark);

    if (!node)
        return false;
    node->end_line = end_line;
    add_value(build, node);
    return true;
}

bool pg_build_map(struct pg_build *build, struct pg_mark mark, bool block)
{
    return begin(build, PG_TREE_MAP, mark, block);
}

bool pg_build_seq(struct pg_build *build, struct pg_mark mark)
{
    return begin(build, PG_TREE_SEQ, mark, false);
}

/* Gives a node that is complete its entries or items. */
static bool close_node(struct pg_build *build, struct frame *frame)
{
    struct pg_tree *node = frame->node;
    bool empty = build->stack.n == frame->first;
    struct pg_tree_entry *entries = empty ? NULL : &build->stack.v[frame->first];
    struct pg_tree **items;
    uint64_t size = 1;

    node->n = build->stack.n - frame->first;
    for (uint32_t i = 0; i < node->n; i++)
        size += entries[i].value->size;
    node->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
    if (node->kind == PG_TREE_MAP) {
        node->entries = pg_tree_settle(arena(build), entries, &node->n);
        if (!node->entries)
            return pg_fault_set(build->fault, PG_CODE_DOC_KEY, node->mark,
                                "the key << merges maps, and its value is none");
    } else {
        items = pg_arena_array(arena(build), node->n, sizeof(struct pg_tree *));
        for (uint32_t i = 0; i < node->n; i++)
            items[i] = entries[i].value;
        node->items = items;
    }
    build->stack.n = frame->first;
    return true;
}

/* An element of `items` is whole: decodes it now if it says what it is, else keeps it for its list. */
static void close_element(struct pg_build *build, const struct frame *frame)
{
    uint32_t level = build->level;

    if (is_complete(frame)) {
        deliver(build, frame->node, frame->version, frame->kind);
        if (level <= MAX_LEVEL && !build->held[level])
            forget(build, level);
    } else {
        if (level <= MAX_LEVEL)
            build->held[level] = true;
        add_value(build, frame->node);
    }
    build->level--;
}

bool pg_build_end(struct pg_build *build, uint32_t end_line)
{
    struct frame *frame = top(build);

    build->depth--;
    if (build->skipping) {
        if (build->skipped->end_line < end_line)
            build->skipped->end_line = end_line;
        if (--build->skipping == 0)
            add_value(build, build->skipped);
        return true;
    }
    if (frame->node->end_line < end_line)
        frame->node->end_line = end_line;
    if (!close_node(build, frame))
        return false;
    build->frames.n--; /* it stays where it is until the next one begins */
    if (frame->anchor) {
        build->anchored--;
        bind_anchor(build, frame->anchor, frame->node);
    }
    if (frame->detached)
        build->skipping = frame->skipping;
    else if (build->frames.n && frame->slot.role == ROLE_OBJECT)
        close_element(build, frame);
    else
        add_value(build, frame->node);
    return true;
}

/* --- scalars ----------------------------------------------------------------------------------- */

/* A key that YAML takes for a boolean or a number becomes what JSON makes of it: `yes` is "true". */
static const char *key_of_plain(struct pg_build *build, const char *text, uint32_t *n,
                                bool *converted)
{
    struct pg_scalar scalar = pg_scalar_resolve(text, *n);
    const char *key = text;

    if (scalar.type == PG_SCALAR_STRING)
        return text;
    *converted = true;
    if (scalar.type == PG_SCALAR_NULL)
        key = "null";
    else if (scalar.type == PG_SCALAR_BOOL)
        key = scalar.truth ? "true" : "false";
    else if (scalar.whole &&
             (!scalar.is_float || (scalar.integer < 1000000 && scalar.integer > -1000000)))
        key = pg_arena_printf(arena(build), "%lld", (long long)scalar.integer);
    *n = (uint32_t)strlen(key);
    return key;
}

static void set_key(struct pg_build *build, struct frame *frame, struct pg_mark mark,
                    const char *text, size_t n, bool plain)
{
    struct pg_tree_entry *key = &frame->key;

    *key = (struct pg_tree_entry){.mark = mark};
    frame->field = frame->slot.shape ? pg_shape_find(frame->slot.shape, text, n) : NULL;
    if (frame->field) {
        key->key = frame->field->name;
        key->key_length = (uint32_t)n;
    } else {
        key->key = copy_text(arena(build), text, n, &key->key_length);
        key->merge = plain && n == 2 && memcmp(text, "<<", 2) == 0;
        if (plain && !key->merge)
            key->key = key_of_plain(build, key->key, &key->key_length, &key->plain_key);
    }
    frame->has_key = true;
    frame->next = slot_in_map(frame);
    if (frame->block) {
        frame->node->mark = mark;
        frame->block = false;
    }
}

bool pg_build_scalar(struct pg_build *build, struct pg_mark mark, uint32_t end_line,
                     const char *text, size_t n, bool plain)
{
    struct frame *frame = top(build);
    struct slot slot;
    struct pg_tree *node;
    uint32_t anchor = build->pending;
    bool is_key = !build->skipping && frame && frame->node->kind == PG_TREE_MAP && !frame->has_key;
    bool skipped = false;

    if (build->skipping && !anchor) {
        if (build->skipped->end_line < end_line)
            build->skipped->end_line = end_line;
        return true;
    }
    if (is_key && !anchor) {
        set_key(build, frame, mark, text, n, plain);
        return true;
    }
    if (is_key)
        slot = (struct slot){.wanted = true};
    else
        skipped = !enters(build, &slot);
    node = new_node(build, skipped ? PG_TREE_SKIPPED : PG_TREE_SCALAR, mark);
    if (!node)
        return false;
    node->end_line = end_line;
    if (!skipped) {
        node->plain = plain;
        if (slot.no_text && !plain)
            n = 0;
        node->text = copy_text(arena(build), text, n, &node->n);
    }
    build->pending = 0;
    bind_anchor(build, anchor, node);
    if (is_key)
        set_key(build, frame, mark, text, n, plain);
    else if (!build->skipping)
        add_value(build, node);
    return true;
}

/* --- anchors and aliases ------------------------------------------------------------------------- */

/* The number of the anchor of that name, or one that is free where there is none (`*found` false). */
static uint64_t anchor_key(const struct pg_build *build, const char *name, uint32_t *number)
{
    uint64_t key = pg_hash(name, strlen(name), 0);
    const uint32_t *place;

    for (; (place = pg_map_get(&build->names, key)) != NULL; key++)
        if (strcmp(build->anchors.v[*place].name, name) == 0)
            break;
    *number = place ? *place : UINT32_MAX;
    return key;
}

bool pg_build_anchor(struct pg_build *build, struct pg_mark mark, const char *name)
{
    struct anchor anchor = {.name = pg_arena_strdup(build->arenas[0], name)};
    uint32_t number;

    if (build->anchors.n >= PG_BUILD_MAX_ANCHORS)
        return pg_fault_set(build->fault, PG_CODE_DOC_ANCHORS, mark,
                            "more than %u anchors in one document", PG_BUILD_MAX_ANCHORS);
    pg_map_put(&build->names, anchor_key(build, name, &number), build->anchors.n);
    pg_vec_push(build->home, &build->anchors, anchor);
    build->pending = build->anchors.n;
    return true;
}

static bool expand(struct pg_build *build, struct pg_mark mark, const struct pg_tree *node)
{
    if (node->size > PG_BUILD_MAX_EXPANDED - build->expanded)
        return pg_fault_set(build->fault, PG_CODE_DOC_ALIAS, mark,
                            "the aliases of this document stand for more than %u values",
                            PG_BUILD_MAX_EXPANDED);
    build->expanded += node->size;
    return true;
}

static void add_alias(struct pg_build *build, const struct pg_tree *node, uint32_t line)
{
    struct pg_tree *copy = pg_arena_alloc(arena(build), sizeof *copy);

    *copy = *node;
    copy->end_line = line; /* the map around it ends here, not where the anchor is */
    add_value(build, copy);
    copy->end_line = node->end_line;
}

bool pg_build_alias(struct pg_build *build, struct pg_mark mark, const char *name)
{
    struct frame *frame = top(build);
    const struct pg_tree *node;
    uint32_t number;

    anchor_key(build, name, &number);
    if (number == UINT32_MAX && build->whole) /* it may be the beginning of a password */
        return pg_fault_set(build->fault, PG_CODE_DOC_ALIAS, mark,
                            "an alias has no anchor before it; put a text that begins with * in "
                            "quotes");
    if (number == UINT32_MAX)
        return pg_fault_set(build->fault, PG_CODE_DOC_ALIAS, mark,
                            "the alias *%.100s has no anchor before it", name);
    node = build->anchors.v[number].node;
    if (!node)
        return pg_fault_set(build->fault, PG_CODE_DOC_ALIAS, mark,
                            "the alias *%.100s stands inside what it names", name);
    if (build->skipping)
        return true;
    if (frame && frame->node->kind == PG_TREE_MAP && !frame->has_key) {
        if (node->kind != PG_TREE_SCALAR)
            return refuse_key(build, mark);
        set_key(build, frame, mark, node->text, node->n, node->plain);
        return true;
    }
    if (!next_slot(build).wanted) {
        struct pg_tree *skipped = new_node(build, PG_TREE_SKIPPED, mark);
        if (skipped)
            add_value(build, skipped);
        return skipped != NULL;
    }
    if (!expand(build, mark, node))
        return false;
    add_alias(build, node, mark.line);
    return true;
}
