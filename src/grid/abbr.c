#include <stdbool.h>
#include <string.h>

#include "axis.h"
#include "polgrid/map.h"

/* A name's letters and digits are looked at up to here: 66 pairs to follow the first. */
#define PG_LETTERS 13

struct letters {
    char v[PG_LETTERS];
    uint32_t n;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static uint64_t key_of(const char abbr[4])
{
    return (uint64_t)(unsigned char)abbr[0] << 16 | (uint64_t)(unsigned char)abbr[1] << 8 |
           (uint64_t)(unsigned char)abbr[2];
}

/* Takes an abbreviation if it is free. */
static bool take(struct pg_map *used, struct pg_item *item, char a, char b, char c)
{
    char abbr[4] = {a, b, c, '\0'};
    if (pg_map_get(used, key_of(abbr)))
        return false;
    pg_map_put(used, key_of(abbr), 1);
    memcpy(item->abbr, abbr, sizeof abbr);
    return true;
}

/* The letters of "web" in "web[Deployment]", of "shop/web" from "web" on. */
static struct letters letters_of(const char *name)
{
    struct letters letters = {{0}, 0};
    for (const char *p = name; *p && *p != '[' && letters.n < PG_LETTERS; p++) {
        if (is_letter(*p))
            letters.v[letters.n++] = *p;
    }
    return letters;
}

/* What follows the last hyphen: two names that begin alike mostly differ there. */
static struct letters last_part(const char *name)
{
    const char *part = NULL;
    for (const char *p = name; *p && *p != '['; p++) {
        if (*p == '-' && is_letter(p[1]))
            part = p + 1;
    }
    return part ? letters_of(part) : (struct letters){{0}, 0};
}

static bool take_by_parts(struct pg_map *used, struct pg_item *item, struct letters all,
                          struct letters last)
{
    if (all.n < 3 || last.n == 0)
        return false;
    if (last.n == 1)
        return take(used, item, all.v[0], all.v[1], last.v[0]);
    return take(used, item, all.v[0], last.v[0], last.v[1]);
}

/* The first letter, then any two later ones in their order. */
static bool take_in_order(struct pg_map *used, struct pg_item *item, struct letters all)
{
    for (uint32_t i = 1; i < all.n; i++) {
        for (uint32_t j = i + 1; j < all.n; j++) {
            if (take(used, item, all.v[0], all.v[i], all.v[j]))
                return true;
        }
    }
    return all.n > 0 && all.n < 3 && take(used, item, all.v[0], all.n > 1 ? all.v[1] : ' ', ' ');
}

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
#define PG_NDIGITS (sizeof digits - 1)

/* The first letter and a number; `next` goes on from where the last search ended, by first letter. */
static bool take_numbered(struct pg_map *used, struct pg_item *item, char first, uint32_t *next)
{
    while (*next < PG_NDIGITS * PG_NDIGITS) {
        uint32_t n = (*next)++;
        if (take(used, item, first, digits[n / PG_NDIGITS], digits[n % PG_NDIGITS]))
            return true;
    }
    return false;
}

/* The name without its namespace. An address keeps its own "/": 10.0.0.0/8. */
static const char *own_name(const struct pg_item *item)
{
    const char *name = strrchr(item->name, '/');
    return name && item->kind != PG_ITEM_OUTSIDE ? name + 1 : item->name;
}

/* --- names with a number at the end ---------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits at the end of "p-0012", of "worker12" and of "team-1 x4"; of "web-7d4f9" none, that is no number. */
static struct letters number_of(const struct pg_item *item)
{
    const char *name = own_name(item), *end = name + strcspn(name, "[ "), *first = end;
    struct letters number = {{0}, 0};
    if (item->kind == PG_ITEM_OUTSIDE)
        return number;
    while (first > name && is_digit(first[-1]))
        first--;
    for (const char *p = first; p > name && is_letter(p[-1]); p--)
        if (is_digit(p[-1]))
            return number;
    if (first == name) /* all of it: then it is read as a name */
        return number;
    for (first = end - first > 3 ? end - 3 : first; first < end; first++)
        number.v[number.n++] = *first;
    return number;
}

/* A letter and the last two digits, or of one digit the first two letters of the name: p12, we1. */
static bool take_number(struct pg_map *used, struct pg_item *item)
{
    struct letters all = letters_of(own_name(item)), number = number_of(item);
    if (number.n == 0 || all.n < 3)
        return false;
    if (number.n == 1)
        return take(used, item, all.v[0], all.v[1], number.v[0]);
    return take(used, item, all.v[0], number.v[number.n - 2], number.v[number.n - 1]);
}

/* Where another name has that: the last digits all the same, which else would be those of a third name. */
static bool take_number_otherwise(struct pg_map *used, struct pg_item *item)
{
    struct letters number = number_of(item);
    if (number.n < 2)
        return false;
    char a = number.v[number.n - 2], b = number.v[number.n - 1];
    if (number.n == 3 && take(used, item, number.v[0], a, b))
        return true;
    for (const char *p = item->name; *p && *p != '['; p++)
        if (is_letter(*p) && !is_digit(*p) && take(used, item, *p, a, b))
            return true;
    for (const char *p = digits + 10; *p; p++)
        if (take(used, item, *p, a, b))
            return true;
    return false;
}

/* --- all of them ----------------------------------------------------------------------------------- */

static void abbreviate(struct pg_map *used, struct pg_item *item, uint32_t next[256])
{
    const char *name = own_name(item);
    struct letters all = letters_of(name);
    if (take_by_parts(used, item, all, last_part(name)) || take_in_order(used, item, all))
        return;
    char first = all.n > 0 ? all.v[0] : 'x';
    if (take_numbered(used, item, first, &next[(unsigned char)first]))
        return;
    for (uint32_t i = 0; i < PG_NDIGITS; i++) {
        if (take_numbered(used, item, digits[i], &next[(unsigned char)digits[i]]))
            return;
    }
    memcpy(item->abbr, "***", sizeof item->abbr);
}

/* Names with a number come first, so that no other name takes what looks like it. */
void pg_grid_abbreviate(struct pg_items items)
{
    struct pg_map used = {0};
    uint32_t next[256] = {0};
    for (uint32_t i = 0; i < items.n; i++) {
        *items.v[i].abbr = '\0';
        take_number(&used, &items.v[i]);
    }
    for (uint32_t i = 0; i < items.n; i++)
        if (!*items.v[i].abbr)
            take_number_otherwise(&used, &items.v[i]);
    for (uint32_t i = 0; i < items.n; i++)
        if (!*items.v[i].abbr)
            abbreviate(&used, &items.v[i], next);
    pg_map_free(&used);
}
