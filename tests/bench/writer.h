/*
 * Writes maps and lists: YAML in block style, as `kubectl get -o yaml` prints them, or JSON without blanks,
 * as the API server sends it.
 */
#ifndef BENCH_WRITER_H
#define BENCH_WRITER_H

#include <stdbool.h>
#include <stdio.h>

enum { WRITER_DEPTH = 32 };

struct writer {
    FILE *out;
    bool json;
    int depth;
    struct {
        bool list, used;
        int indent; /* YAML: column of the keys or dashes */
    } level[WRITER_DEPTH];
    bool after_dash; /* YAML: the next key goes on in the line of its dash */
};

/* A root map begins with the first put_map(w, NULL). In a list the key is NULL. */
void put_map(struct writer *w, const char *key);
void put_list(struct writer *w, const char *key);
void put_end(struct writer *w);
void put_empty(struct writer *w, const char *key); /* {} */
void put_text(struct writer *w, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void put_number(struct writer *w, const char *key, long number);
void put_bool(struct writer *w, const char *key, bool value);

#endif
