#include "scalar.h"

#include <string.h>

/* A number of more characters than this is none that a field of the API can take. */
#define MAX_TEXT 64

struct word {
    const char *text;
    enum pg_scalar_type type;
    bool truth;
};

static const struct word words[] = {
    {"y", PG_SCALAR_BOOL, true},        {"Y", PG_SCALAR_BOOL, true},
    {"yes", PG_SCALAR_BOOL, true},      {"Yes", PG_SCALAR_BOOL, true},
    {"YES", PG_SCALAR_BOOL, true},      {"true", PG_SCALAR_BOOL, true},
    {"True", PG_SCALAR_BOOL, true},     {"TRUE", PG_SCALAR_BOOL, true},
    {"on", PG_SCALAR_BOOL, true},       {"On", PG_SCALAR_BOOL, true},
    {"ON", PG_SCALAR_BOOL, true},       {"n", PG_SCALAR_BOOL, false},
    {"N", PG_SCALAR_BOOL, false},       {"no", PG_SCALAR_BOOL, false},
    {"No", PG_SCALAR_BOOL, false},      {"NO", PG_SCALAR_BOOL, false},
    {"false", PG_SCALAR_BOOL, false},   {"False", PG_SCALAR_BOOL, false},
    {"FALSE", PG_SCALAR_BOOL, false},   {"off", PG_SCALAR_BOOL, false},
    {"Off", PG_SCALAR_BOOL, false},     {"OFF", PG_SCALAR_BOOL, false},
    {"~", PG_SCALAR_NULL, false},       {"null", PG_SCALAR_NULL, false},
    {"Null", PG_SCALAR_NULL, false},    {"NULL", PG_SCALAR_NULL, false},
    {".nan", PG_SCALAR_NUMBER, false},  {".NaN", PG_SCALAR_NUMBER, false},
    {".NAN", PG_SCALAR_NUMBER, false},  {".inf", PG_SCALAR_NUMBER, false},
    {".Inf", PG_SCALAR_NUMBER, false},  {".INF", PG_SCALAR_NUMBER, false},
    {"+.inf", PG_SCALAR_NUMBER, false}, {"+.Inf", PG_SCALAR_NUMBER, false},
    {"+.INF", PG_SCALAR_NUMBER, false}, {"-.inf", PG_SCALAR_NUMBER, false},
    {"-.Inf", PG_SCALAR_NUMBER, false}, {"-.INF", PG_SCALAR_NUMBER, false},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static struct pg_scalar whole_number(bool negative, uint64_t magnitude, bool overflow)
{
    struct pg_scalar scalar = {.type = PG_SCALAR_NUMBER};

    if (overflow || magnitude > (uint64_t)INT64_MAX)
        return scalar;
    scalar.whole = true;
    scalar.integer = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return scalar;
}

/* Reads digits of one base over the whole text. False where something else is among them. */
static bool read_base(const char *p, const char *end, unsigned base, bool negative,
                      struct pg_scalar *scalar)
{
    uint64_t value = 0;
    bool overflow = false;

    if (p == end)
        return false;
    for (; p < end; p++) {
        unsigned digit = (unsigned)digit_value(*p);
        if (digit >= base)
            return false;
        if (value > (UINT64_MAX - digit) / base)
            overflow = true;
        else
            value = value * base + digit;
    }
    *scalar = whole_number(negative, value, overflow);
    return true;
}

/* An integer as Go's ParseInt takes it with base 0: 80, 0x50, 0o120, 0120, 0b1010000. */
static bool read_integer(const char *p, const char *end, struct pg_scalar *scalar)
{
    bool negative = *p == '-';

    if (*p == '+' || *p == '-')
        p++;
    if (end - p >= 2 && p[0] == '0') {
        switch (p[1]) {
        case 'x':
        case 'X': return read_base(p + 2, end, 16, negative, scalar);
        case 'o':
        case 'O': return read_base(p + 2, end, 8, negative, scalar);
        case 'b':
        case 'B': return read_base(p + 2, end, 2, negative, scalar);
        default: return read_base(p + 1, end, 8, negative, scalar);
        }
    }
    return read_base(p, end, 10, negative, scalar);
}

/* The value of digits * 10^exponent, exact or not whole. */
static struct pg_scalar scaled(bool negative, uint64_t digits, bool inexact, int exponent)
{
    struct pg_scalar scalar;
    bool overflow = inexact;

    for (; exponent < 0 && digits % 10 == 0 && digits; exponent++)
        digits /= 10;
    for (; exponent > 0 && digits && !overflow; exponent--) {
        overflow = digits > UINT64_MAX / 10;
        digits = overflow ? digits : digits * 10;
    }
    scalar = whole_number(negative, digits, overflow || (exponent < 0 && digits));
    scalar.is_float = true;
    return scalar;
}

/* Digits of a decimal fraction. `seen` counts them; what does not fit makes it inexact. */
struct decimal {
    uint64_t digits;
    int seen, exponent;
    bool inexact;
};

static const char *read_digits(const char *p, const char *end, struct decimal *d, bool fraction)
{
    for (; p < end && is_digit(*p); p++) {
        d->seen++;
        if (d->digits > (UINT64_MAX - 9) / 10) {
            d->inexact = d->inexact || *p != '0';
            d->exponent += !fraction;
            continue;
        }
        d->digits = d->digits * 10 + (uint64_t)(*p - '0');
        d->exponent -= fraction;
    }
    return p;
}

/* A float: [+-] digits [. digits] [e [+-] digits], with a digit before the exponent. */
static bool read_float(const char *p, const char *end, struct pg_scalar *scalar)
{
    struct decimal d = {0};
    bool negative = *p == '-', minus;
    int exponent = 0;

    if (*p == '+' || *p == '-')
        p++;
    p = read_digits(p, end, &d, false);
    if (p < end && *p == '.')
        p = read_digits(p + 1, end, &d, true);
    if (d.seen == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        minus = p < end && *p == '-';
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (p == end)
            return false;
        for (; p < end && is_digit(*p); p++)
            exponent = exponent < 10000 ? exponent * 10 + (*p - '0') : exponent;
        exponent = minus ? -exponent : exponent;
    }
    if (p != end)
        return false;
    *scalar = scaled(negative, d.digits, d.inexact, d.exponent + exponent);
    return true;
}

static bool read_number(const char *text, size_t n, struct pg_scalar *scalar)
{
    char plain[MAX_TEXT];
    size_t m = 0;

    if (text[0] == '.') /* no underscores here, as it happens */
        return read_float(text, text + n, scalar);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '_')
            continue;
        if (m == sizeof plain)
            return false;
        plain[m++] = text[i];
    }
    return read_integer(plain, plain + m, scalar) || read_float(plain, plain + m, scalar);
}

/* Whether a text is a number too long to be worth reading: digits only. */
static bool is_long_number(const char *text, size_t n)
{
    size_t i = text[0] == '-' || text[0] == '+';

    if (n <= MAX_TEXT)
        return false;
    while (i < n && (is_digit(text[i]) || text[i] == '_' || text[i] == '.'))
        i++;
    return i == n;
}

/* Whether a plain text may be something else than a string: most begin otherwise. */
static bool begins_other(char c)
{
    switch (c) {
    case '+':
    case '-':
    case '.':
    case '~':
    case 'y':
    case 'Y':
    case 'n':
    case 'N':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O': return true;
    default: return c >= '0' && c <= '9';
    }
}

struct pg_scalar pg_scalar_resolve(const char *text, size_t n)
{
    struct pg_scalar scalar = {.type = PG_SCALAR_STRING};

    if (n == 0)
        return (struct pg_scalar){.type = PG_SCALAR_NULL};
    if (!begins_other(text[0]))
        return scalar;
    if (n <= 5)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (words[i].text[0] == text[0] && strlen(words[i].text) == n &&
                memcmp(words[i].text, text, n) == 0)
                return (struct pg_scalar){.type = words[i].type, .truth = words[i].truth};
    if (is_digit(text[0]) || strchr("+-.", text[0])) {
        if (is_long_number(text, n))
            return (struct pg_scalar){.type = PG_SCALAR_NUMBER};
        read_number(text, n, &scalar);
    }
    return scalar;
}
