/*
 * What the files of this room share: the terminal as it is held while the grid is shown.
 */
#ifndef PG_CURSES_SCREEN_H
#define PG_CURSES_SCREEN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "polgrid/term.h"

/* --- crash.c: the terminal is left as it was found, however the program ends ----------------------- */

/* Remembers how the terminal `fd` is now; call it before anything changes. */
void pg_crash_before(int fd);
/* From here on a crash, or pg_die(), writes `bytes` (copied) to the terminal and puts its modes back. Also
   keeps standard error, where it is a terminal, from writing over the screen. */
void pg_crash_arm(const char *bytes, size_t n);
/* The screen was left in good order (true: it will be entered again). What was said on standard error meanwhile is
   said now. */
void pg_crash_disarm(bool again);
/* A stack for the handler, as long as this thread runs; its end puts back what was there before. */
void pg_crash_thread_begin(void);
void pg_crash_thread_end(void);

/* --- input.c ---------------------------------------------------------------------------------------- */

enum pg_event_kind {
    PG_EVENT_NONE, /* nothing waits */
    PG_EVENT_KEY,
    PG_EVENT_MOUSE,
    PG_EVENT_RESIZE,
};

struct pg_event {
    enum pg_event_kind kind;
    uint32_t key;
    enum pg_mouse mouse;
    int x, y;
};

/* The next event that waits. Never blocks. */
struct pg_event pg_input_next(void);

/* --- clipboard.c ------------------------------------------------------------------------------------ */

/* Asks the terminal to put a text on the clipboard (OSC 52). False where it is too long for terminals. */
bool pg_clipboard_copy(int fd, const char *text, size_t n);

/* --- spawn.c ---------------------------------------------------------------------------------------- */

/* Run outside of the screen and waited for. False with `err` where they can't be started or fail. `tty`: what a
   child reads keys from. */
bool pg_spawn_editor(int tty, const char *file, uint32_t line, struct pg_err *err);
bool pg_spawn_pager(int tty, const char *text, struct pg_err *err);

/* --- loader.c --------------------------------------------------------------------------------------- */

enum pg_loader_kind {
    PG_LOADER_PROGRESS,
    PG_LOADER_DONE,
    PG_LOADER_FAILED,
    PG_LOADER_FED,       /* how the source is that is followed */
    PG_LOADER_CHANGED,   /* a new world of it */
    PG_LOADER_LOGGED_IN, /* and everything is read again */
    PG_LOADER_NOT_LOGGED_IN,
    PG_LOADER_ENDED, /* the thread is no more */
};

/* What comes through the pipe, in one piece (smaller than PIPE_BUF). */
struct pg_loader_message {
    enum pg_loader_kind kind;
    struct pg_load_progress progress; /* its file is `file` */
    char file[256];
    struct pg_tui_world *world;
    struct pg_journal_entry *entry;
    struct pg_tui_feed feed; /* its `said` is the receiver's to free */
    struct pg_err err;
};

/* One thread that loads, then follows what changes; one at a time. */
struct pg_background {
    const struct pg_tui_options *options;
    pthread_mutex_t lock;    /* of what follows */
    struct pg_assume assume; /* for the next load or world */
    int pipe[2];
    pthread_t thread;
    bool running;
    atomic_bool stop;  /* the load, and the thread */
    atomic_bool halt;  /* a load while something is shown: that stays */
    atomic_bool again; /* everything is to be read once more */
    atomic_bool login; /* the terminal is there for somebody to log in */
    int interrupt; /* an eventfd: what takes long in the source is to end; the thread clears it */
    atomic_uint waiting; /* worlds that the screen has not taken yet */
    int64_t told;        /* when progress was last sent; the thread's own */
};

bool pg_background_open(struct pg_background *background, const struct pg_tui_options *options,
                        struct pg_err *err);
/* A thread that follows does it itself, as soon as it looks. */
bool pg_background_start(struct pg_background *background, const struct pg_assume *assume,
                         struct pg_err *err);
/* Has the thread log in, then read everything again; a message says what came of it. False where nobody can. */
bool pg_background_login(struct pg_background *background);
/* Ends what takes long in the source: a plugin that does not answer. */
void pg_background_interrupt(struct pg_background *background);
/* Stops a load: for good, or, where something is shown already, so that it stays. */
void pg_background_stop(struct pg_background *background, bool shown);
/* Reads one message, false where none waits. */
bool pg_background_read(struct pg_background *background, struct pg_loader_message *message);
/* Stops and waits a moment; false where the thread is still at work. */
bool pg_background_end(struct pg_background *background);

#endif
