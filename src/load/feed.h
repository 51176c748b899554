/*
 * A source of bytes, read chunk by chunk: a file, a pipe or a text in memory. On the way through, each byte
 * is hashed, checked to be UTF-8, counted for the progress display and, where the source can't be read a
 * second time, kept for the source view. A leading byte-order mark is dropped.
 *
 * The readers take the bytes between `p` and `end`, move `p`, and call pg_feed_fill() when they meet.
 */
#ifndef POLGRID_LOAD_FEED_H
#define POLGRID_LOAD_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "polgrid/buf.h"
#include "polgrid/sha256.h"

#define PG_FEED_MAX_BYTES (UINT64_C(2) << 30)
#define PG_FEED_MAX_KEPT  ((size_t)256 << 20)
#define PG_FEED_MAX_VALUE ((size_t)64 << 20) /* bytes of one scalar */

/* Told of every chunk, by its size; returning false stops the reading. */
typedef bool pg_feed_progress(void *context, uint64_t bytes);

struct pg_feed {
    const char *p, *end;
    /* Where the first fault was found: bytes that are no text, or a read that failed. */
    struct pg_fault fault;
    bool failed;
    bool stopped;   /* by the progress call */
    bool secret;    /* a reader overwrites its own copies; set after it is opened */
    bool yaml;      /* also refuse the characters that YAML does not allow */
    uint64_t bytes; /* read so far */
    struct pg_buf kept;
    bool keep, dropped; /* dropped: more than PG_FEED_MAX_KEPT */

    int fd; /* -1: from memory */
    const char *memory;
    size_t left;
    char *chunk;
    bool begun, ended;
    struct pg_sha256 hash;
    bool hashes;      /* whether it is made */
    int64_t mtime_ns; /* of a file, for whom it may concern; 0 where there is none */
    pg_feed_progress *progress;
    void *context;
    /* of the check: */
    struct pg_mark mark; /* of the next character */
    uint32_t directives; /* lines that begin with % */
    uint32_t rune;
    uint8_t more, low, high; /* continuation bytes to come, and the bounds of the next */
};

/* From a descriptor, which stays the caller's. */
void pg_feed_open(struct pg_feed *input, int fd, bool keep, pg_feed_progress *progress,
                  void *context);
void pg_feed_text(struct pg_feed *input, const char *text, size_t length,
                  pg_feed_progress *progress, void *context);

/* Whether the input begins as JSON does: with `[`, or with `{` and then a quote or `}`. YAML's own flow
   maps and templates begin otherwise. To be called first. */
bool pg_feed_is_json(struct pg_feed *input);

/* Says what the text is; to be called before the first byte of it is used. */
void pg_feed_begin(struct pg_feed *input, bool yaml);

/* Reads on. False at the end, and where reading can't go on (`failed`, `stopped`). */
bool pg_feed_fill(struct pg_feed *input);

/* Reads what is left without looking at it, so that the hash is that of the whole. Writes the hash; "" if
   reading was stopped. */
void pg_feed_finish(struct pg_feed *input, char sha256[65]);
void pg_feed_close(struct pg_feed *input);

#endif
