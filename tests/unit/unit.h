/*
 * What every unit test begins with: cmocka and the headers that it wants before itself.
 */
#ifndef PG_TESTS_UNIT_H
#define PG_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PG_COUNT(array) (sizeof(array) / sizeof *(array))

/* Runs `statement` with `buf` empty before it, and holds the text against what is expected. */
#define assert_prints(buf, statement, expected)               \
    do {                                                      \
        pg_buf_clear(&(buf));                                 \
        statement;                                            \
        assert_string_equal(pg_buf_text(&(buf)), (expected)); \
    } while (0)

#endif
