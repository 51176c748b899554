#include "polgrid/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/buf.h"

/* Under AddressSanitizer, what is not handed out of a block is poisoned, so that overruns inside a block
   are found as they would be on the heap. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define GUARD          16
#define poison(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define GUARD          0
#define poison(p, n)   ((void)(p), (void)(n))
#define unpoison(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN       _Alignof(max_align_t)
#define SMALL       ((size_t)128)
#define BLOCK_FIRST ((size_t)16 << 10)
#define BLOCK_MAX   ((size_t)1 << 20)
/* What one arena may hold unless pg_arena_limit() says otherwise: far more than any real cluster needs,
   so that only a runaway meets it. */
#define LIMIT_DEFAULT ((size_t)1 << 36)

struct block {
    struct block *next;
    size_t size, used; /* of the bytes after the header */
};

#define HEADER ((sizeof(struct block) + ALIGN - 1) / ALIGN * ALIGN)

struct pg_arena {
    struct block *head; /* the one being filled; full and oversized ones follow */
    size_t held, limit, block_size;
    bool secret;
};

/* The one thing here that changes: dying must restore the terminal wherever it happens. */
static void (*die_handler)(void);

void pg_die_handler(void (*handler)(void))
{
    die_handler = handler;
}

void pg_die(const char *format, ...)
{
    void (*handler)(void) = die_handler;
    va_list args;

    die_handler = NULL; /* a handler that dies must not come back here */
    if (handler)
        handler();
    fputs("polgrid: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

void *pg_xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        pg_die("out of memory (%zu bytes)", size);
    return p;
}

void *pg_xrealloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p)
        pg_die("out of memory (%zu bytes)", size);
    return p;
}

struct pg_arena *pg_arena_new(void)
{
    struct pg_arena *arena = pg_xmalloc(sizeof *arena);

    *arena = (struct pg_arena){.limit = LIMIT_DEFAULT, .block_size = BLOCK_FIRST};
    return arena;
}

void pg_arena_limit(struct pg_arena *arena, size_t bytes)
{
    arena->limit = bytes;
}

void pg_arena_secret(struct pg_arena *arena)
{
    arena->secret = true;
}

static char *block_bytes(struct block *block)
{
    return (char *)block + HEADER;
}

static void block_wipe(const struct pg_arena *arena, struct block *block)
{
    unpoison(block_bytes(block), block->size);
    if (arena->secret)
        explicit_bzero(block_bytes(block), block->used);
}

static void block_free(struct pg_arena *arena, struct block *block)
{
    arena->held -= HEADER + block->size;
    block_wipe(arena, block);
    free(block);
}

static struct block *block_new(struct pg_arena *arena, size_t size)
{
    struct block *block;

    if (size > SIZE_MAX - HEADER || HEADER + size > arena->limit ||
        arena->held > arena->limit - HEADER - size)
        pg_die("out of memory: more than the %zu bytes that are allowed here", arena->limit);
    block = pg_xmalloc(HEADER + size);
    *block = (struct block){.size = size};
    arena->held += HEADER + size;
    poison(block_bytes(block), size);
    return block;
}

void pg_arena_free(struct pg_arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->head, *next; block; block = next) {
        next = block->next;
        block_free(arena, block);
    }
    free(arena);
}

void pg_arena_reset(struct pg_arena *arena)
{
    struct block *keep = arena->head, *next;

    if (!keep)
        return;
    for (struct block *block = keep->next; block; block = next) {
        next = block->next;
        block_free(arena, block);
    }
    block_wipe(arena, keep);
    keep->next = NULL;
    keep->used = 0;
    poison(block_bytes(keep), keep->size);
}

/* A block with room for `size`, at the head or (oversized) behind it, so that the room left in the head
   is not lost to one large array. */
static struct block *block_for(struct pg_arena *arena, size_t size)
{
    struct block *head = arena->head, *block;

    if (head && head->size - head->used >= size)
        return head;
    if (head && size > arena->block_size / 4) {
        block = block_new(arena, size);
        block->next = head->next;
        head->next = block;
        return block;
    }
    block = block_new(arena, size > arena->block_size ? size : arena->block_size);
    if (arena->block_size < BLOCK_MAX)
        arena->block_size *= 2;
    block->next = head;
    arena->head = block;
    return block;
}

/* Most of what is asked for is small, and a call to memset takes longer than what it does. `room` is `size`, rounded up. */
static inline void *zero(char *p, size_t size, size_t room)
{
    if (room > SMALL || GUARD)
        return memset(p, 0, size);
    for (size_t i = 0; i < room; i += ALIGN)
        memset(p + i, 0, ALIGN);
    return p;
}

void *pg_arena_alloc(struct pg_arena *arena, size_t size)
{
    struct block *block;
    size_t room;
    char *p;

    if (size > SIZE_MAX / 2)
        pg_die("out of memory (%zu bytes)", size);
    room = (size + GUARD + ALIGN - 1) / ALIGN * ALIGN;
    if (room == 0)
        room = ALIGN; /* distinct addresses also for nothing */
    block = arena->head;
    if (!block || block->size - block->used < room)
        block = block_for(arena, room);
    p = block_bytes(block) + block->used;
    block->used += room;
    unpoison(p, size);
    return zero(p, size, room);
}

void *pg_arena_array(struct pg_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        pg_die("out of memory (%zu times %zu bytes)", count, size);
    return pg_arena_alloc(arena, count * size);
}

char *pg_arena_strndup(struct pg_arena *arena, const char *text, size_t length)
{
    char *copy = pg_arena_alloc(arena, length + 1);

    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *pg_arena_strdup(struct pg_arena *arena, const char *text)
{
    return pg_arena_strndup(arena, text, strlen(text));
}

char *pg_arena_printf(struct pg_arena *arena, const char *format, ...)
{
    struct pg_buf buf = {0};
    va_list args;
    char *text;

    va_start(args, format);
    pg_buf_vprintf(&buf, format, args);
    va_end(args);
    text = pg_arena_strndup(arena, buf.p, buf.n);
    pg_buf_free(&buf);
    return text;
}

size_t pg_arena_size(const struct pg_arena *arena)
{
    return arena->held;
}
