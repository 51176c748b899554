/* frame.h: what is drawn, what is cut, and that nothing outside is touched. */
#include "unit.h"

#include <string.h>

#include "polgrid/frame.h"

#define KANJI "\xe6\xbc\xa2" /* U+6F22, two columns */
#define ACUTE "\xcc\x81"     /* U+0301, combining */
#define RLO   "\xe2\x80\xae" /* U+202E */

/* A frame with one text drawn, as text. */
static void drawn(const char *text, int columns, int rows, int x, int y, int room,
                  const char *expected)
{
    struct pg_frame *frame = pg_frame_new();
    struct pg_buf out = {0};
    pg_frame_resize(frame, columns, rows);
    pg_frame_text(frame, x, y, room, PG_ROLE_TEXT, text);
    assert_prints(out, pg_frame_dump(frame, &out), expected);
    pg_buf_free(&out);
    pg_frame_free(frame);
}

static void text_is_drawn_and_cut(void **state)
{
    (void)state;
    drawn("abc", 5, 2, 1, 0, 10, " abc\n\n");
    drawn("abc", 5, 2, 0, 1, 3, "\nabc\n");
    drawn("abcdef", 8, 1, 0, 0, 4, "ab..\n");
    drawn("abcdef", 8, 1, 0, 0, 1, ".\n");
    drawn("abcdef", 8, 1, 0, 0, 0, "\n");
    drawn("abcdef", 8, 1, 0, 0, -3, "\n");
    drawn("", 3, 1, 0, 0, 3, "\n");
    /* the frame ends before the room does */
    drawn("abcdef", 4, 1, 2, 0, 6, "  ab\n");
}

static void what_lies_outside_is_not_drawn(void **state)
{
    (void)state;
    drawn("abc", 3, 2, 0, 2, 3, "\n\n");
    drawn("abc", 3, 2, 0, -1, 3, "\n\n");
    drawn("abc", 3, 2, 3, 0, 3, "\n\n");
    drawn("abc", 3, 2, -1, 0, 3, "bc\n\n");
    drawn("abc", 3, 2, -9, 0, 3, "\n\n");

    struct pg_frame *frame = pg_frame_new();
    pg_frame_resize(frame, 2, 2);
    pg_frame_put(frame, 2, 0, 'x', PG_ROLE_TEXT);
    pg_frame_fill(frame, -5, 0, 100, '-', PG_ROLE_TEXT);
    pg_frame_mark(frame, -5, 5, 100, PG_ATTR_BOLD);
    assert_null(pg_frame_at(frame, 2, 0));
    assert_null(pg_frame_at(frame, 0, -1));
    assert_int_equal(pg_frame_at(frame, 1, 0)->rune, '-');
    assert_int_equal(pg_frame_at(frame, 0, 1)->rune, ' ');
    pg_frame_free(frame);
}

static void wide_characters_take_two_cells(void **state)
{
    (void)state;
    drawn("a" KANJI "b", 6, 1, 0, 0, 6, "a" KANJI "b\n");
    drawn(KANJI, 1, 1, 0, 0, 2, "\n"); /* half of it would fall off */
    drawn("a" KANJI, 2, 1, 0, 0, 3, "a\n");

    struct pg_frame *frame = pg_frame_new();
    struct pg_buf out = {0};
    pg_frame_resize(frame, 4, 1);
    pg_frame_text(frame, 0, 0, 4, PG_ROLE_TEXT, KANJI KANJI);
    assert_int_equal(pg_frame_at(frame, 0, 0)->rune, 0x6f22);
    assert_int_equal(pg_frame_at(frame, 1, 0)->rune, 0);
    /* what loses one half loses the other */
    pg_frame_put(frame, 1, 0, 'x', PG_ROLE_TEXT);
    pg_frame_put(frame, 2, 0, 'y', PG_ROLE_TEXT);
    assert_prints(out, pg_frame_dump(frame, &out), " xy\n");
    pg_buf_free(&out);
    pg_frame_free(frame);
}

static void combining_marks_stay_with_their_letter(void **state)
{
    (void)state;
    drawn("e" ACUTE "x", 4, 1, 0, 0, 4, "e" ACUTE "x\n");
    drawn(ACUTE "x", 8, 1, 0, 0, 8, "\\u0301x\n"); /* nothing to stand on */
    drawn(KANJI ACUTE, 4, 1, 0, 0, 4, KANJI ACUTE "\n");
    struct pg_frame *frame = pg_frame_new();
    pg_frame_resize(frame, 4, 1);
    pg_frame_text(frame, 0, 0, 4, PG_ROLE_TEXT, "e" ACUTE);
    assert_int_equal(pg_frame_at(frame, 0, 0)->marks[0], 0x301);
    assert_int_equal(pg_frame_at(frame, 1, 0)->rune, ' ');
    pg_frame_free(frame);
}

static void what_deceives_is_shown(void **state)
{
    (void)state;
    drawn("a\x1b[2Jb", 12, 1, 0, 0, 12, "a\\x1b[2Jb\n");
    drawn("a" RLO "b", 12, 1, 0, 0, 12, "a\\u202eb\n");
    drawn("a\nb", 12, 1, 0, 0, 12, "a\\x0ab\n");
    drawn("\xff", 12, 1, 0, 0, 12, "\\xff\n");
    assert_int_equal(pg_frame_text_width("a" RLO "b"), 8);
    assert_int_equal(pg_frame_text_width(KANJI "e" ACUTE), 3);
}

static void size_is_kept_within_limits(void **state)
{
    static const struct {
        int columns, rows, want_columns, want_rows;
    } cases[] = {{0, 0, 1, 1},
                 {-5, 3, 1, 3},
                 {80, 24, 80, 24},
                 {5000, 2, 2000, 2},
                 {2, 5000, 2, 1000},
                 {3, 3, 3, 3},
                 {1 << 30, 1 << 30, 2000, 1000}};
    struct pg_frame *frame = pg_frame_new();
    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        pg_frame_resize(frame, cases[i].columns, cases[i].rows);
        assert_int_equal(pg_frame_columns(frame), cases[i].want_columns);
        assert_int_equal(pg_frame_rows(frame), cases[i].want_rows);
        assert_non_null(pg_frame_at(frame, cases[i].want_columns - 1, cases[i].want_rows - 1));
        assert_int_equal(pg_frame_at(frame, 0, 0)->rune, ' ');
        pg_frame_fill(frame, 0, 0, 2000, '#', PG_ROLE_TEXT);
    }
    pg_frame_free(frame);
}

static void cursor_stays_inside(void **state)
{
    struct pg_frame *frame = pg_frame_new();
    int x, y;
    bool visible;
    (void)state;
    pg_frame_resize(frame, 10, 5);
    assert_false(pg_frame_cursor(frame, &x, &y, &visible));
    pg_frame_set_cursor(frame, 99, -1, true);
    assert_true(pg_frame_cursor(frame, &x, &y, &visible));
    assert_int_equal(x, 9);
    assert_int_equal(y, 0);
    assert_true(visible);
    pg_frame_erase(frame);
    assert_false(pg_frame_cursor(frame, &x, &y, &visible));
    pg_frame_free(frame);
}

static void looks_need_no_colour(void **state)
{
    struct pg_frame *frame = pg_frame_new();
    struct pg_buf out = {0};
    (void)state;
    pg_frame_resize(frame, 8, 1);
    pg_frame_text(frame, 0, 0, 8, PG_ROLE_TEXT, "ab");
    pg_frame_text(frame, 2, 0, 8, PG_ROLE_WARN, "c");
    pg_frame_text(frame, 3, 0, 8, PG_ROLE_UNKNOWN, "d");
    pg_frame_mark(frame, 1, 0, 2, PG_ATTR_REVERSE);
    assert_prints(out, pg_frame_dump_looks(frame, &out), " R*U\n");
    pg_buf_free(&out);
    pg_frame_free(frame);
}

static void themes_know_every_role(void **state)
{
    (void)state;
    for (int role = 0; role < PG_NROLES; role++) {
        assert_non_null(pg_theme_role_name((enum pg_role)role));
        for (int depth = PG_DEPTH_MONO; depth <= PG_DEPTH_256; depth++) {
            const int limits[] = {-1, 8, 16, 256};
            struct pg_look look = pg_theme_look((enum pg_role)role, (enum pg_depth)depth, role % 2);
            assert_in_range(look.foreground + 1, 0, limits[depth] + 1);
            assert_int_equal(look.background, -1);
        }
    }
    /* The two ways to be allowed differ by colour, what is denied and what is unknown by look, too. */
    assert_int_not_equal(pg_theme_look(PG_ROLE_OPEN, PG_DEPTH_8, false).foreground,
                         pg_theme_look(PG_ROLE_SOME, PG_DEPTH_8, false).foreground);
    assert_int_not_equal(pg_theme_look(PG_ROLE_DENY, PG_DEPTH_MONO, false).attrs,
                         pg_theme_look(PG_ROLE_UNKNOWN, PG_DEPTH_MONO, false).attrs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_drawn_and_cut),
        cmocka_unit_test(what_lies_outside_is_not_drawn),
        cmocka_unit_test(wide_characters_take_two_cells),
        cmocka_unit_test(combining_marks_stay_with_their_letter),
        cmocka_unit_test(what_deceives_is_shown),
        cmocka_unit_test(size_is_kept_within_limits),
        cmocka_unit_test(cursor_stays_inside),
        cmocka_unit_test(looks_need_no_colour),
        cmocka_unit_test(themes_know_every_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
