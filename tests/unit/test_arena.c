/* arena.h and vec.h */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "polgrid/arena.h"
#include "polgrid/vec.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    unsigned char *last = NULL;

    (void)state;
    for (size_t size = 0; size < 3000; size++) {
        unsigned char *p = pg_arena_alloc(arena, size);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        assert_ptr_not_equal(p, last);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
        last = p;
    }
    pg_arena_free(arena);
    pg_arena_free(NULL);
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    size_t held;

    (void)state;
    for (int i = 0; i < 100; i++)
        memset(pg_arena_alloc(arena, 10000), 0xff, 10000);
    held = pg_arena_size(arena);
    assert_true(held >= 1000000);
    pg_arena_reset(arena);
    assert_true(pg_arena_size(arena) > 0);
    assert_true(pg_arena_size(arena) < held);
    for (int i = 0; i < 100; i++) {
        const char *p = pg_arena_alloc(arena, 1000);
        for (int j = 0; j < 1000; j++)
            assert_int_equal(p[j], 0);
    }
    pg_arena_free(arena);
}

static void a_large_array_leaves_the_open_block_open(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    char *a = pg_arena_alloc(arena, 16), *b;

    (void)state;
    memset(pg_arena_alloc(arena, (size_t)5 << 20), 0xff, (size_t)5 << 20);
    b = pg_arena_alloc(arena, 16);
    assert_true((size_t)labs((long)(b - a)) < 1024);
    pg_arena_free(arena);
}

static void texts_are_copied(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    char source[] = "namespace";
    char *copy = pg_arena_strdup(arena, source), *part = pg_arena_strndup(arena, source, 4);

    (void)state;
    source[0] = 'X';
    assert_string_equal(copy, "namespace");
    assert_string_equal(part, "name");
    assert_string_equal(pg_arena_strndup(arena, NULL, 0), "");
    assert_string_equal(pg_arena_printf(arena, "%s/%s:%d", "shop", "api", 8080), "shop/api:8080");
    assert_int_equal(strlen(pg_arena_printf(arena, "%5000s", "x")), 5000);
    pg_arena_free(arena);
}

static void say_goodbye(void)
{
    static const char text[] = "handler ";

    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(99);
}

static void over_the_limit(void)
{
    struct pg_arena *arena = pg_arena_new();

    pg_arena_limit(arena, 100000);
    for (int i = 0; i < 1000; i++)
        pg_arena_alloc(arena, 1000);
}

static void array_overflow(void)
{
    pg_arena_array(pg_arena_new(), SIZE_MAX / 2, 3);
}

static void die_plainly(void)
{
    pg_die("no more %s", "room");
}

/* Runs `body` in a child that is expected to die, and holds its words against `expected`. */
static void assert_dies(void (*body)(void), const char *expected)
{
    char said[256] = "";
    size_t n = 0;
    ssize_t got;
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        pg_die_handler(say_goodbye);
        body();
        _exit(77);
    }
    close(ends[1]);
    while (n < sizeof said - 1 && (got = read(ends[0], said + n, sizeof said - 1 - n)) > 0)
        n += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 77);
    assert_int_not_equal(WEXITSTATUS(status), 0);
    if (!strstr(said, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, said);
}

static void dying_runs_the_handler_first(void **state)
{
    (void)state;
    assert_dies(die_plainly, "handler polgrid: no more room\n");
    assert_dies(over_the_limit, "handler polgrid: out of memory");
    assert_dies(array_overflow, "handler polgrid: out of memory");
}

static void vectors_grow(void **state)
{
    struct pg_arena *arena = pg_arena_new();
    PG_VEC(uint64_t) numbers = {0};

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        uint64_t *added = pg_vec_add(arena, &numbers);
        assert_int_equal(*added, 0);
        *added = (uint64_t)i * i;
    }
    assert_int_equal(numbers.n, 10000);
    for (uint32_t i = 0; i < numbers.n; i++)
        assert_int_equal(numbers.v[i], (uint64_t)i * i);
    numbers.n = 5;
    assert_int_equal(*pg_vec_add(arena, &numbers), 0);
    pg_vec_push(arena, &numbers, 7);
    assert_int_equal(numbers.v[6], 7);
    pg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(memory_is_zeroed_again_after_a_reset),
        cmocka_unit_test(a_large_array_leaves_the_open_block_open),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(dying_runs_the_handler_first),
        cmocka_unit_test(vectors_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
