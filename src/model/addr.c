#include "polgrid/addr.h"

#include <inttypes.h>
#include <string.h>

#define V4_MAX UINT32_MAX

/* A reader of one address: where it is, and what was odd so far. */
struct reader {
    const char *p;
    unsigned odd;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
}

/* The value of a hexadecimal digit, -1 where it is none. */
static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* A decimal number up to `max`. Zeros may lead, however many: the API still takes them as decimal. */
static bool read_decimal(struct reader *in, unsigned max, unsigned *value)
{
    const char *start = in->p;

    *value = 0;
    for (; is_digit(*in->p); in->p++) {
        *value = *value * 10 + (unsigned)(*in->p - '0');
        if (*value > max)
            return false;
    }
    if (in->p == start)
        return false;
    if (*start == '0' && in->p - start > 1)
        in->odd |= PG_ADDR_LEADING_ZERO;
    return true;
}

static bool read_v4(struct reader *in, uint32_t *number)
{
    unsigned octet;

    *number = 0;
    for (int i = 0; i < 4; i++) {
        if (i > 0 && *in->p++ != '.')
            return false;
        if (!read_decimal(in, 255, &octet))
            return false;
        *number = *number << 8 | octet;
    }
    return true;
}

/* One group of hexadecimal digits. */
static bool read_group(struct reader *in, uint16_t *group)
{
    const char *start = in->p;
    unsigned value = 0;
    int digit;

    while ((digit = hex_digit(*in->p)) >= 0) {
        if (*in->p >= 'A' && *in->p <= 'F')
            in->odd |= PG_ADDR_UPPER_CASE;
        value = value << 4 | (unsigned)digit;
        if (value > 0xffff)
            return false;
        in->p++;
    }
    if (in->p - start > 4)
        in->odd |= PG_ADDR_LEADING_ZERO;
    *group = (uint16_t)value;
    return in->p > start;
}

/* Whether what comes is the dotted end of an IPv6 address rather than a group. */
static bool dotted_ahead(const char *p)
{
    while (is_digit(*p))
        p++;
    return *p == '.';
}

/* Reads up to eight groups. `gap` becomes the group before which "::" stands, -1 without one. */
static bool read_groups(struct reader *in, uint16_t group[8], int *n, int *gap)
{
    *n = 0;
    *gap = -1;
    if (in->p[0] == ':') {
        if (in->p[1] != ':')
            return false;
        in->p += 2;
        *gap = 0;
    }
    while (*n < 8 && hex_digit(*in->p) >= 0) {
        if (*n <= 6 && dotted_ahead(in->p)) {
            uint32_t v4;
            if (!read_v4(in, &v4))
                return false;
            group[(*n)++] = (uint16_t)(v4 >> 16);
            group[(*n)++] = (uint16_t)v4;
            return true;
        }
        if (!read_group(in, &group[(*n)++]))
            return false;
        if (*in->p != ':')
            return true;
        if (in->p[1] == ':') {
            if (*gap >= 0)
                return false;
            *gap = *n;
            in->p += 2;
        } else {
            in->p++;
            if (hex_digit(*in->p) < 0)
                return false; /* a colon that nothing follows */
        }
    }
    return true;
}

static bool read_v6(struct reader *in, struct pg_addr *addr)
{
    uint16_t group[8] = {0};
    int n, gap;

    if (!read_groups(in, group, &n, &gap) || (gap < 0 ? n != 8 : n > 7))
        return false;
    if (gap >= 0) {
        int after = n - gap;
        memmove(group + 8 - after, group + gap, (size_t)after * sizeof *group);
        memset(group + gap, 0, (size_t)(8 - n) * sizeof *group);
    }
    *addr = (struct pg_addr){.family = 6};
    for (int i = 0; i < 4; i++) {
        addr->hi = addr->hi << 16 | group[i];
        addr->lo = addr->lo << 16 | group[i + 4];
    }
    return true;
}

static bool is_mapped(struct pg_addr addr)
{
    return addr.family == 6 && addr.hi == 0 && addr.lo >> 32 == 0xffff;
}

/* Whether the text is longer than RFC 5952 has it, its letters' case aside. */
static bool is_long(const char *text, size_t n, struct pg_addr addr)
{
    struct pg_buf canonical = {0};
    bool same;

    pg_addr_print(&canonical, addr);
    same = canonical.n == n;
    for (size_t i = 0; same && i < n; i++)
        same = canonical.p[i] == lower(text[i]);
    pg_buf_free(&canonical);
    return !same;
}

/* An address of either family as it is written: a mapped one is left IPv6. */
static bool read_addr(struct reader *in, struct pg_addr *addr)
{
    const char *start = in->p;
    uint32_t v4;

    if (is_digit(*start) && dotted_ahead(start)) {
        *addr = (struct pg_addr){.family = 4};
        if (!read_v4(in, &v4))
            return false;
        addr->lo = v4;
        return true;
    }
    if (!read_v6(in, addr))
        return false;
    if (is_mapped(*addr))
        in->odd |= PG_ADDR_MAPPED;
    else if (is_long(start, (size_t)(in->p - start), *addr))
        in->odd |= PG_ADDR_LONG;
    return true;
}

static void unmap(struct pg_addr *addr)
{
    *addr = (struct pg_addr){.lo = addr->lo & V4_MAX, .family = 4};
}

bool pg_addr_parse(const char *text, struct pg_addr *addr, unsigned *odd)
{
    struct reader in = {.p = text};
    struct pg_addr read;

    if (!read_addr(&in, &read) || *in.p)
        return false;
    if (is_mapped(read))
        unmap(&read);
    *addr = read;
    if (odd)
        *odd = in.odd;
    return true;
}

/* The bits of `addr` below the first `bits`, as a mask: hi and lo of an address. */
static struct pg_addr host_mask(uint8_t family, unsigned bits)
{
    struct pg_addr mask = {.family = family};
    unsigned width = family == 4 ? 32 : 128, host = width - bits;

    mask.lo = host >= 64 ? UINT64_MAX : (UINT64_C(1) << host) - 1;
    if (host > 64)
        mask.hi = host == 128 ? UINT64_MAX : (UINT64_C(1) << (host - 64)) - 1;
    return mask;
}

bool pg_cidr_parse(const char *text, struct pg_cidr *cidr, unsigned *odd)
{
    struct reader in = {.p = text};
    struct pg_addr base, mask;
    unsigned bits;

    if (!read_addr(&in, &base) || *in.p++ != '/')
        return false;
    if (!read_decimal(&in, base.family == 4 ? 32 : 128, &bits) || *in.p)
        return false;
    if (is_mapped(base)) {
        if (bits < 96)
            return false;
        unmap(&base);
        bits -= 96;
    }
    mask = host_mask(base.family, bits);
    if ((base.hi & mask.hi) || (base.lo & mask.lo))
        in.odd |= PG_ADDR_HOST_BITS;
    base.hi &= ~mask.hi;
    base.lo &= ~mask.lo;
    *cidr = (struct pg_cidr){.base = base, .bits = (uint8_t)bits};
    if (odd)
        *odd = in.odd;
    return true;
}

int pg_addr_compare(struct pg_addr a, struct pg_addr b)
{
    if (a.family != b.family)
        return a.family < b.family ? -1 : 1;
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

bool pg_addr_next(struct pg_addr *addr)
{
    if (addr->lo == (addr->family == 4 ? V4_MAX : UINT64_MAX)) {
        if (addr->family == 4 || addr->hi == UINT64_MAX)
            return false;
        addr->hi++;
        addr->lo = 0;
    } else {
        addr->lo++;
    }
    return true;
}

bool pg_addr_prev(struct pg_addr *addr)
{
    if (addr->lo == 0) {
        if (addr->hi == 0)
            return false;
        addr->hi--;
        addr->lo = UINT64_MAX;
    } else {
        addr->lo--;
    }
    return true;
}

struct pg_addr pg_cidr_first(struct pg_cidr cidr)
{
    return cidr.base;
}

struct pg_addr pg_cidr_last(struct pg_cidr cidr)
{
    struct pg_addr mask = host_mask(cidr.base.family, cidr.bits);

    cidr.base.hi |= mask.hi;
    cidr.base.lo |= mask.lo;
    return cidr.base;
}

bool pg_cidr_has(struct pg_cidr cidr, struct pg_addr addr)
{
    struct pg_addr mask;

    if (addr.family != cidr.base.family || addr.family == 0)
        return false;
    mask = host_mask(addr.family, cidr.bits);
    return (addr.hi & ~mask.hi) == cidr.base.hi && (addr.lo & ~mask.lo) == cidr.base.lo;
}

bool pg_cidr_covers(struct pg_cidr outer, struct pg_cidr inner)
{
    return outer.bits <= inner.bits && pg_cidr_has(outer, inner.base);
}

bool pg_cidr_overlaps(struct pg_cidr a, struct pg_cidr b)
{
    return pg_cidr_covers(a, b) || pg_cidr_covers(b, a);
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952, 4.2). */
static void longest_zeros(const uint16_t group[8], int *start, int *length)
{
    *start = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > *length) {
            *start = i;
            *length = n;
        }
        i += n;
    }
}

static void print_v4(struct pg_buf *out, uint64_t n)
{
    pg_buf_printf(out, "%u.%u.%u.%u", (unsigned)(n >> 24 & 255), (unsigned)(n >> 16 & 255),
                  (unsigned)(n >> 8 & 255), (unsigned)(n & 255));
}

void pg_addr_print(struct pg_buf *out, struct pg_addr addr)
{
    uint16_t group[8];
    int start, length;

    if (addr.family == 4) {
        print_v4(out, addr.lo);
        return;
    }
    if (addr.family != 6) {
        pg_buf_puts(out, "unknown");
        return;
    }
    if (is_mapped(addr)) {
        pg_buf_puts(out, "::ffff:");
        print_v4(out, addr.lo);
        return;
    }
    for (int i = 0; i < 4; i++) {
        group[i] = (uint16_t)(addr.hi >> (48 - 16 * i));
        group[i + 4] = (uint16_t)(addr.lo >> (48 - 16 * i));
    }
    longest_zeros(group, &start, &length);
    for (int i = 0; i < 8; i++) {
        if (i == start) {
            pg_buf_puts(out, "::");
            i += length - 1;
        } else {
            bool joined = i == 0 || (start >= 0 && i == start + length);
            pg_buf_printf(out, joined ? "%" PRIx16 : ":%" PRIx16, group[i]);
        }
    }
}

void pg_cidr_print(struct pg_buf *out, struct pg_cidr cidr)
{
    pg_addr_print(out, cidr.base);
    pg_buf_printf(out, "/%u", (unsigned)cidr.bits);
}
