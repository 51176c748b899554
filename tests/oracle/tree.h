/*
 * A document before it is text: maps, lists and scalars, written as YAML in any of its styles or as JSON.
 */
#ifndef ORACLE_TREE_H
#define ORACLE_TREE_H

#include <stdbool.h>
#include <stdio.h>

#include "world.h"

enum tree_kind {
    TREE_MAP,
    TREE_LIST,
    TREE_TEXT,
    TREE_NUMBER,
    TREE_PLAIN, /* a number that is no int: as it is */
    TREE_BOOL,
    TREE_NULL,
};

enum { TREE_KEY = 80, TREE_TEXT_SIZE = 512 };

/* Children are a linked list in the order of writing. */
struct tree {
    enum tree_kind kind;
    char key[TREE_KEY]; /* in a map */
    char text[TREE_TEXT_SIZE];
    int number;
    struct tree *first, *last, *next;
};

struct tree_pool;

struct tree_pool *tree_pool_new(void);
void tree_pool_free(struct tree_pool *pool);

/* Adds a child to a map (with a key) or a list (key NULL); parent NULL makes a root. */
struct tree *tree_add(struct tree_pool *pool, struct tree *parent, const char *key,
                      enum tree_kind kind);
void tree_add_text(struct tree_pool *pool, struct tree *parent, const char *key, const char *text);
void tree_add_number(struct tree_pool *pool, struct tree *parent, const char *key, int number);

/* Writes a tree as a YAML document in a style drawn from `random`, or as JSON. */
void tree_yaml(FILE *out, const struct tree *tree, struct w_random *random);
void tree_json(FILE *out, const struct tree *tree, struct w_random *random);

#endif
