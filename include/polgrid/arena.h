/*
 * An arena: memory that is given back all at once.
 *
 * Everything that polgrid keeps lives in an arena with a clear life: one for a loaded cluster, one for
 * what the evaluator compiled from it, one for a view, one for a frame. Nothing in an arena is freed by
 * itself, and nothing that lives longer may point into one that lives shorter.
 *
 * Running out of memory, or over the cap given at creation, ends the program through pg_die(): no caller
 * checks for NULL.
 */
#ifndef POLGRID_ARENA_H
#define POLGRID_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct pg_arena;

/* A new, empty arena. */
struct pg_arena *pg_arena_new(void);

/* Sets the cap, in bytes held from the system; 64 GiB at first. */
void pg_arena_limit(struct pg_arena *arena, size_t bytes);

/* From now on its memory is overwritten before it is given back or used again: for what holds secrets. */
void pg_arena_secret(struct pg_arena *arena);

/* Gives back all memory of the arena, and the arena. NULL is allowed. */
void pg_arena_free(struct pg_arena *arena);

/* Forgets everything allocated, but keeps one block for reuse. */
void pg_arena_reset(struct pg_arena *arena);

/* `size` zeroed bytes, aligned for any type; never NULL. */
void *pg_arena_alloc(struct pg_arena *arena, size_t size);

/* `count` zeroed elements of `size` bytes; overflow ends the program. */
void *pg_arena_array(struct pg_arena *arena, size_t count, size_t size);

/* Copies of text, terminated by a NUL. */
char *pg_arena_strndup(struct pg_arena *arena, const char *text, size_t length);
char *pg_arena_strdup(struct pg_arena *arena, const char *text);
char *pg_arena_printf(struct pg_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes held from the system. */
size_t pg_arena_size(const struct pg_arena *arena);

/* Ends the program with a message, after the handler (which restores the terminal) has run. */
void pg_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void pg_die_handler(void (*handler)(void));

/* malloc and realloc that end the program instead of returning NULL. For base's own containers. */
void *pg_xmalloc(size_t size);
void *pg_xrealloc(void *old, size_t size);

#endif
