/* buf.h, err.h and clock.h */
#include "unit.h"

#include <string.h>

#include "polgrid/buf.h"
#include "polgrid/clock.h"
#include "polgrid/err.h"

static void an_empty_buffer_is_an_empty_text(void **state)
{
    struct pg_buf buf = {0};

    (void)state;
    assert_string_equal(pg_buf_text(&buf), "");
    pg_buf_clear(&buf);
    pg_buf_add(&buf, NULL, 0);
    pg_buf_fill(&buf, 'x', 0);
    assert_int_equal(buf.n, 0);
    pg_buf_printf(&buf, "%s", "");
    assert_string_equal(pg_buf_text(&buf), "");
    pg_buf_free(&buf);
    assert_null(buf.p);
}

static void what_is_added_is_there(void **state)
{
    struct pg_buf buf = {0};

    (void)state;
    pg_buf_puts(&buf, "one");
    pg_buf_putc(&buf, ' ');
    pg_buf_add(&buf, "two three", 3);
    pg_buf_fill(&buf, '.', 4);
    pg_buf_printf(&buf, "%d/%s", 53, "UDP");
    assert_string_equal(pg_buf_text(&buf), "one two....53/UDP");
    assert_int_equal(buf.n, strlen("one two....53/UDP"));
    pg_buf_clear(&buf);
    assert_string_equal(pg_buf_text(&buf), "");
    pg_buf_putc(&buf, '\0');
    pg_buf_putc(&buf, 'x');
    assert_int_equal(buf.n, 2);
    assert_memory_equal(pg_buf_text(&buf), "\0x", 3);
    pg_buf_free(&buf);
}

/* Formats that end just below, at and above every size that the buffer may have. */
static void formats_fit_at_every_size(void **state)
{
    (void)state;
    for (int before = 0; before < 130; before++) {
        for (int width = 1; width < 130; width += 9) {
            struct pg_buf buf = {0};
            pg_buf_fill(&buf, '-', (size_t)before);
            pg_buf_printf(&buf, "%*s", width, "x");
            assert_int_equal(buf.n, before + width);
            assert_int_equal(strlen(pg_buf_text(&buf)), before + width);
            assert_int_equal(buf.p[buf.n - 1], 'x');
            pg_buf_free(&buf);
        }
    }
}

static void errors_gather_context(void **state)
{
    struct pg_err err;

    (void)state;
    assert_false(pg_err_set(&err, "no such file: %s", "a.yaml"));
    assert_false(pg_err_add(&err, "%s %d", "input", 2));
    assert_string_equal(err.text, "input 2: no such file: a.yaml");
}

static void errors_are_cut_to_fit(void **state)
{
    struct pg_err err;

    (void)state;
    pg_err_set(&err, "%2000s", "x");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    pg_err_add(&err, "context");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text, "context:  ", 10);
    pg_err_set(&err, "cause");
    pg_err_add(&err, "%2000s", "x");
    assert_true(strlen(err.text) < sizeof err.text);
}

static void clocks_go_forward(void **state)
{
    int64_t ms = pg_clock_ms(), cpu = pg_clock_cpu_us(), started = cpu;

    (void)state;
    assert_true(ms > 0);
    while (pg_clock_cpu_us() - started < 2000) {
        assert_true(pg_clock_cpu_us() >= cpu);
        cpu = pg_clock_cpu_us();
    }
    assert_true(pg_clock_ms() >= ms + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(what_is_added_is_there),
        cmocka_unit_test(formats_fit_at_every_size),
        cmocka_unit_test(errors_gather_context),
        cmocka_unit_test(errors_are_cut_to_fit),
        cmocka_unit_test(clocks_go_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
