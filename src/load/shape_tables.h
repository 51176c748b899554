/*
 * The words in which tables of shape.h are written: SHAPE(name, STRING("kind"), LIST("ports", port) …).
 * Only files of such tables include it; the names are too short for anybody else.
 */
#ifndef POLGRID_LOAD_SHAPE_TABLES_H
#define POLGRID_LOAD_SHAPE_TABLES_H

#include "shape.h"

#define FIELDS(name, ...) static const struct pg_field name##_fields[] = {__VA_ARGS__}
#define TABLE(name, soft, open)                                                 \
    {                                                                           \
        name##_fields, sizeof name##_fields / sizeof *name##_fields, soft, open \
    }
#define SHAPE(name, ...)       \
    FIELDS(name, __VA_ARGS__); \
    static const struct pg_shape name = TABLE(name, false, false)
#define SOFT_SHAPE(name, ...)  \
    FIELDS(name, __VA_ARGS__); \
    static const struct pg_shape name = TABLE(name, true, false)
#define OPEN_SHAPE(name, ...)  \
    FIELDS(name, __VA_ARGS__); \
    static const struct pg_shape name = TABLE(name, false, true)
#define PUBLIC_SHAPE(name, ...) \
    FIELDS(name, __VA_ARGS__);  \
    const struct pg_shape name = TABLE(name, false, false)

#define ANY(name)                             \
    {                                         \
        name, PG_T_ANY, NULL, sizeof name - 1 \
    }
#define STRING(name)                             \
    {                                            \
        name, PG_T_STRING, NULL, sizeof name - 1 \
    }
#define BOOL(name)                             \
    {                                          \
        name, PG_T_BOOL, NULL, sizeof name - 1 \
    }
#define INT(name)                             \
    {                                         \
        name, PG_T_INT, NULL, sizeof name - 1 \
    }
#define INTSTR(name)                             \
    {                                            \
        name, PG_T_INTSTR, NULL, sizeof name - 1 \
    }
#define NUMBER(name)                             \
    {                                            \
        name, PG_T_NUMBER, NULL, sizeof name - 1 \
    }
#define INTSTRLIST(name)                             \
    {                                                \
        name, PG_T_INTSTRLIST, NULL, sizeof name - 1 \
    }
#define STRMAP(name)                             \
    {                                            \
        name, PG_T_STRMAP, NULL, sizeof name - 1 \
    }
#define NOTES(name)                             \
    {                                           \
        name, PG_T_NOTES, NULL, sizeof name - 1 \
    }
#define STRLIST(name)                             \
    {                                             \
        name, PG_T_STRLIST, NULL, sizeof name - 1 \
    }
#define FLAGS(name)                             \
    {                                           \
        name, PG_T_FLAGS, NULL, sizeof name - 1 \
    }
#define OBJECT(name, shape)                          \
    {                                                \
        name, PG_T_OBJECT, &(shape), sizeof name - 1 \
    }
#define LIST(name, shape)                          \
    {                                              \
        name, PG_T_LIST, &(shape), sizeof name - 1 \
    }

#endif
