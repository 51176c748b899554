/*
 * Many files, read ahead by threads of their own.
 *
 * What costs is the way from bytes to trees: libyaml's events take nine tenths of the time of a directory of YAML. A
 * thread goes that way with a file at a time, in the order of the files, and leaves notes of all that comes out of it:
 * so many bytes, an object, the end. The loader takes the notes of one file after the other and does with them what it
 * would have done as it read (load.c). So strings, diagnostics, caps and calls for progress come in the same order
 * however many threads there are, and nothing of the loader needs a lock.
 *
 * The notes that wait, with their trees, hold some 16 MiB at most: beyond that the threads wait, but for the one whose
 * file is the next and of which nothing waits.
 */
#ifndef POLGRID_LOAD_AHEAD_H
#define POLGRID_LOAD_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

enum pg_note_kind {
    PG_NOTE_OPENED, /* the first of a file */
    PG_NOTE_FAILED, /* or this, the only one: it can't be opened */
    PG_NOTE_BYTES,  /* so many more were read */
    PG_NOTE_OBJECT,
    PG_NOTE_STRAY,  /* a document that is no map */
    PG_NOTE_PARSED, /* no objects come after it */
    PG_NOTE_END,    /* the last of a file */
};

struct pg_note {
    enum pg_note_kind kind;
    union {
        int error;        /* FAILED: an errno */
        int64_t mtime_ns; /* OPENED */
        uint64_t bytes;
        struct {
            const struct pg_tree *tree; /* STRAY: this alone */
            const char *version, *kind; /* as pg_build_object gets them */
        } object;
        const struct pg_fault *fault; /* PARSED: NULL where all went well */
        const char *sha256;           /* END: of the file; "" where it was not made */
    };
};

struct pg_ahead;

/* How many threads are of use for so many files of so many bytes in all; below two there is nothing to gain. */
uint32_t pg_ahead_threads(uint32_t nfiles, uint64_t bytes);

/* Begins to read files; `paths` must live until pg_ahead_end(). `hash`: makes the hash of each. NULL where there is no
   thread to be had. */
struct pg_ahead *pg_ahead_start(const char *const *paths, uint32_t n, uint32_t nthreads, bool hash);

/* The next note. The first one is of the first file; what follows an END or a FAILED is of the next file, which has to
   be one that there is. NULL where there is none yet after a moment (50 ms). It is valid until the next call. */
const struct pg_note *pg_ahead_next(struct pg_ahead *ahead);

/* Stops the threads wherever they are and frees all. */
void pg_ahead_end(struct pg_ahead *ahead);

#endif
