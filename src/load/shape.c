#include "shape.h"

#include <string.h>

/* Longer names are nobody's slip for a field of the API. */
#define MAX_NAME 48

const struct pg_field *pg_shape_find(const struct pg_shape *shape, const char *name, size_t length)
{
    /* Every key of every object is looked up: a length and a letter tell nearly all fields apart. `name` may
       hold a NUL: an escape can put it there. */
    for (uint32_t i = 0; i < shape->nfields; i++) {
        const struct pg_field *field = &shape->fields[i];
        if (field->length == length && field->name[0] == name[0] &&
            memcmp(field->name, name, length) == 0)
            return field;
    }
    return NULL;
}

const struct pg_field *pg_shape_refind(const struct pg_shape *shape, const char *name, size_t length)
{
    for (uint32_t i = 0; i < shape->nfields; i++)
        if (shape->fields[i].name == name)
            return &shape->fields[i];
    return pg_shape_find(shape, name, length);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, left out, replaced or swapped with their neighbour to make `b` of `a`,
   without regard to case. Both are shorter than MAX_NAME. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][MAX_NAME + 1];
    size_t na = strlen(a), nb = strlen(b);

    for (unsigned k = 0; k <= nb; k++)
        rows[0][k] = k;
    for (unsigned i = 1; i <= na; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned k = 1; k <= nb; k++) {
            unsigned cost = lower(a[i - 1]) != lower(b[k - 1]);
            row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + cost);
            if (i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) &&
                lower(a[i - 2]) == lower(b[k - 1]))
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *pg_shape_nearest(const struct pg_shape *shape, const char *name)
{
    size_t length = strlen(name);
    /* A slip or two, fewer in a short word: `to` is not a slip for `from`. */
    unsigned best = length <= 2 ? 1 : length <= 5 ? 2 : 3;
    const char *nearest = NULL;

    if (length >= MAX_NAME)
        return NULL;
    for (uint32_t i = 0; i < shape->nfields; i++) {
        unsigned d = strlen(shape->fields[i].name) < MAX_NAME ? distance(name, shape->fields[i].name)
                                                              : best + 1;
        if (d < best || (d == best && !nearest)) {
            best = d;
            nearest = shape->fields[i].name;
        }
    }
    return nearest;
}

const char *pg_type_what(enum pg_type type)
{
    switch (type) {
    case PG_T_STRING: return "a string";
    case PG_T_BOOL: return "true or false";
    case PG_T_INT: return "a whole number";
    case PG_T_NUMBER: return "a number";
    case PG_T_INTSTR: return "a number or a name";
    case PG_T_STRMAP:
    case PG_T_NOTES: return "a map of strings";
    case PG_T_STRLIST: return "a list of strings";
    case PG_T_INTSTRLIST: return "a list of numbers and names";
    case PG_T_OBJECT: return "a map";
    case PG_T_LIST: return "a list";
    case PG_T_FLAGS:
    case PG_T_ANY: break;
    }
    return "something";
}
