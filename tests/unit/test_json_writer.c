/* json_writer.h */
#include "unit.h"

#include <string.h>

#include "polgrid/json_writer.h"

static void a_document_is_laid_out(void **state)
{
    struct pg_buf out = {0};
    struct pg_json j = pg_json_start(&out);

    (void)state;
    pg_json_object(&j, NULL, false);
    pg_json_text(&j, "verdict", "denied");
    pg_json_int(&j, "line", -5);
    pg_json_array(&j, "because", false);
    pg_json_object(&j, NULL, true);
    pg_json_bool(&j, "isolated", true);
    pg_json_array(&j, "ports", false);
    pg_json_int(&j, NULL, 53);
    pg_json_int(&j, NULL, INT64_MIN);
    pg_json_end(&j);
    pg_json_null(&j, "ingress");
    pg_json_end(&j);
    pg_json_text(&j, NULL, "last");
    pg_json_end(&j);
    pg_json_array(&j, "notes", false);
    pg_json_end(&j);
    pg_json_object(&j, "none", false);
    pg_json_end(&j);
    pg_json_end(&j);
    pg_json_finish(&j);
    assert_string_equal(pg_buf_text(&out),
                        "{\n"
                        "  \"verdict\": \"denied\",\n"
                        "  \"line\": -5,\n"
                        "  \"because\": [\n"
                        "    {\"isolated\": true, \"ports\": [53, -9223372036854775808], "
                        "\"ingress\": null},\n"
                        "    \"last\"\n"
                        "  ],\n"
                        "  \"notes\": [],\n"
                        "  \"none\": {}\n"
                        "}\n");
    pg_buf_free(&out);
}

static void text_is_escaped(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", "\"\""},
        {"plain / text", "\"plain / text\""},
        {"quote \" and \\", "\"quote \\\" and \\\\\""},
        {"\n\t\r\x01\x1b\x7f", "\"\\n\\t\\r\\u0001\\u001b\\u007f\""},
        {"caf\xc3\xa9 \xf0\x9f\x9a\x80", "\"caf\xc3\xa9 \xf0\x9f\x9a\x80\""},
        {"\xe2\x80\xae\xe2\x80\xa8", "\"\\u202e\\u2028\""},
        {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
        {"\xf4\x8f\xbf\xbd", "\"\\udbff\\udffd\""},
        {"a\xff\xc3", "\"a\\ufffd\\ufffd\""},
    };

    (void)state;
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        struct pg_buf out = {0};
        struct pg_json j = pg_json_start(&out);
        pg_json_text(&j, NULL, cases[i].text);
        assert_string_equal(pg_buf_text(&out), cases[i].expected);
        pg_buf_free(&out);
    }
}

static void keys_are_escaped_too(void **state)
{
    struct pg_buf out = {0};
    struct pg_json j = pg_json_start(&out);

    (void)state;
    pg_json_object(&j, NULL, true);
    pg_json_bool(&j, "a\"b", false);
    pg_json_end(&j);
    pg_json_finish(&j);
    assert_string_equal(pg_buf_text(&out), "{\"a\\\"b\": false}\n");
    pg_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_laid_out),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(keys_are_escaped_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
