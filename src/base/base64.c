#include "polgrid/base64.h"

#include <stdint.h>

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t skip_lines(const char *text, size_t n, size_t i)
{
    while (i < n && (text[i] == '\n' || text[i] == '\r'))
        i++;
    return i;
}

static bool refuse(size_t *length, size_t place)
{
    *length = place;
    return false;
}

/* The padding at `i` after `have` digits, and that nothing follows it. */
static bool check_padding(const char *text, size_t n, size_t i, unsigned have, size_t *bad)
{
    *bad = i;
    if (have < 2)
        return false;
    for (unsigned missing = 4 - have; missing > 0; missing--) {
        i = skip_lines(text, n, i);
        if (i >= n || text[i] != '=') {
            *bad = i;
            return false;
        }
        i++;
    }
    *bad = skip_lines(text, n, i);
    return *bad == n;
}

bool pg_base64_decode(const char *text, size_t n, void *out, size_t *length)
{
    uint8_t *bytes = out;
    size_t size = 0, i, bad;
    uint32_t bits = 0;
    unsigned have = 0;

    for (i = skip_lines(text, n, 0); i < n; i = skip_lines(text, n, i + 1)) {
        int value = digit(text[i]);
        if (value < 0)
            break;
        bits = bits << 6 | (uint32_t)value;
        if (++have < 4)
            continue;
        bytes[size++] = (uint8_t)(bits >> 16);
        bytes[size++] = (uint8_t)(bits >> 8);
        bytes[size++] = (uint8_t)bits;
        bits = have = 0;
    }
    if (i == n && have == 0) {
        *length = size;
        return true;
    }
    if (!check_padding(text, n, i, have, &bad))
        return refuse(length, bad);
    bits <<= 6 * (4 - have);
    bytes[size++] = (uint8_t)(bits >> 16);
    if (have == 3)
        bytes[size++] = (uint8_t)(bits >> 8);
    *length = size;
    return true;
}

void pg_base64_encode(struct pg_buf *out, const void *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = bytes;

    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t bits = (uint32_t)in[i] << 16 | (have > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                        (have > 2 ? in[i + 2] : 0);
        pg_buf_putc(out, digits[bits >> 18]);
        pg_buf_putc(out, digits[bits >> 12 & 63]);
        pg_buf_putc(out, have > 1 ? digits[bits >> 6 & 63] : '=');
        pg_buf_putc(out, have > 2 ? digits[bits & 63] : '=');
    }
}
