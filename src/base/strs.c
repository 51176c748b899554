#include "polgrid/strs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/arena.h"
#include "polgrid/map.h"

#define CAP_FIRST 256u

struct entry {
    const char *text;
    uint32_t length, hash;
};

struct pg_strs {
    struct pg_arena *arena; /* the texts */
    struct entry *entries;  /* by number; room for cap / 2 */
    uint32_t *table;        /* numbers by hash, 0 where free; cap is a power of two */
    uint32_t n, cap;
};

static void resize(struct pg_strs *strs, uint32_t cap)
{
    uint32_t mask = cap - 1;

    strs->entries = pg_xrealloc(strs->entries, cap / 2 * sizeof *strs->entries);
    strs->table = pg_xrealloc(strs->table, cap * sizeof *strs->table);
    memset(strs->table, 0, cap * sizeof *strs->table);
    strs->cap = cap;
    for (uint32_t id = PG_STR_EMPTY; id < strs->n; id++) {
        uint32_t i = strs->entries[id].hash & mask;
        while (strs->table[i])
            i = (i + 1) & mask;
        strs->table[i] = id;
    }
}

struct pg_strs *pg_strs_new(void)
{
    struct pg_strs *strs = pg_xmalloc(sizeof *strs);

    *strs = (struct pg_strs){.arena = pg_arena_new()};
    resize(strs, CAP_FIRST);
    strs->entries[PG_STR_NONE] = (struct entry){.text = ""};
    strs->n = 1;
    pg_strs_put(strs, "", 0);
    return strs;
}

struct pg_strs *pg_strs_copy(const struct pg_strs *strs)
{
    struct pg_strs *copy = pg_xmalloc(sizeof *copy);

    *copy = (struct pg_strs){.arena = pg_arena_new(), .n = strs->n, .cap = strs->cap};
    copy->entries = pg_xmalloc(copy->cap / 2 * sizeof *copy->entries);
    copy->table = pg_xmalloc(copy->cap * sizeof *copy->table);
    memcpy(copy->entries, strs->entries, strs->n * sizeof *copy->entries);
    memcpy(copy->table, strs->table, strs->cap * sizeof *copy->table);
    return copy;
}

void pg_strs_free(struct pg_strs *strs)
{
    if (!strs)
        return;
    pg_arena_free(strs->arena);
    free(strs->entries);
    free(strs->table);
    free(strs);
}

/* The place in the table that holds the text, or the free one where it belongs. */
static uint32_t probe(const struct pg_strs *strs, const char *text, size_t length, uint32_t hash)
{
    uint32_t mask = strs->cap - 1, i = hash & mask;

    while (strs->table[i]) {
        const struct entry *entry = &strs->entries[strs->table[i]];
        if (entry->hash == hash && entry->length == length &&
            (length == 0 || memcmp(entry->text, text, length) == 0))
            break;
        i = (i + 1) & mask;
    }
    return i;
}

pg_str pg_strs_put(struct pg_strs *strs, const char *text, size_t length)
{
    uint32_t hash = (uint32_t)pg_hash(text, length, 0);
    uint32_t i = probe(strs, text, length, hash);

    if (strs->table[i])
        return strs->table[i];
    if (length >= UINT32_MAX || strs->n >= UINT32_C(1) << 30)
        pg_die("out of memory: too many or too long names");
    if (strs->n == strs->cap / 2) {
        resize(strs, strs->cap * 2);
        i = probe(strs, text, length, hash);
    }
    strs->entries[strs->n] = (struct entry){
        .text = pg_arena_strndup(strs->arena, text, length),
        .length = (uint32_t)length,
        .hash = hash,
    };
    strs->table[i] = strs->n;
    return strs->n++;
}

pg_str pg_strs_puts(struct pg_strs *strs, const char *text)
{
    return pg_strs_put(strs, text, strlen(text));
}

pg_str pg_strs_find(const struct pg_strs *strs, const char *text, size_t length)
{
    return strs->table[probe(strs, text, length, (uint32_t)pg_hash(text, length, 0))];
}

const char *pg_strs_text(const struct pg_strs *strs, pg_str str)
{
    assert(str < strs->n);
    return strs->entries[str].text;
}

size_t pg_strs_length(const struct pg_strs *strs, pg_str str)
{
    assert(str < strs->n);
    return strs->entries[str].length;
}

uint32_t pg_strs_count(const struct pg_strs *strs)
{
    return strs->n;
}

int pg_strs_compare(const struct pg_strs *strs, pg_str a, pg_str b)
{
    size_t na = pg_strs_length(strs, a), nb = pg_strs_length(strs, b);
    int order;

    if (a == b)
        return 0;
    if (a == PG_STR_NONE || b == PG_STR_NONE)
        return a == PG_STR_NONE ? -1 : 1;
    order = memcmp(strs->entries[a].text, strs->entries[b].text, na < nb ? na : nb);
    if (order)
        return order;
    return na < nb ? -1 : 1;
}
