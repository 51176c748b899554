/* sha256.h, by the examples of FIPS 180-4 and NIST's CAVP */
#include "unit.h"

#include <string.h>

#include "polgrid/sha256.h"

static void known_digests(void **state)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "m"
         "nopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_sha256 hash;
        char hex[65];
        pg_sha256_start(&hash);
        pg_sha256_add(&hash, cases[i].text, strlen(cases[i].text));
        pg_sha256_hex(&hash, hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void a_million_letters_in_pieces_of_every_size(void **state)
{
    struct pg_sha256 hash;
    char letters[300], hex[65];
    size_t left = 1000000, piece = 0;

    (void)state;
    memset(letters, 'a', sizeof letters);
    pg_sha256_start(&hash);
    while (left) {
        size_t take = piece < left ? piece : left;
        pg_sha256_add(&hash, letters, take);
        left -= take;
        piece = (piece + 1) % sizeof letters;
    }
    pg_sha256_hex(&hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every length around a block's end, against adding byte by byte with the portable code: where the
   processor has instructions of its own, the two are compared. */
static void lengths_around_a_block(void **state)
{
    char text[200], at_once[65], by_byte[65];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    for (size_t n = 0; n < sizeof text; n++) {
        struct pg_sha256 a, b;
        pg_sha256_start(&a);
        pg_sha256_start(&b);
        b.x86 = false;
        pg_sha256_add(&a, text, n);
        for (size_t i = 0; i < n; i++)
            pg_sha256_add(&b, text + i, 1);
        pg_sha256_hex(&a, at_once);
        pg_sha256_hex(&b, by_byte);
        assert_string_equal(at_once, by_byte);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),
        cmocka_unit_test(a_million_letters_in_pieces_of_every_size),
        cmocka_unit_test(lengths_around_a_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
