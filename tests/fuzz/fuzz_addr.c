/*
 * Addresses and blocks: what is read prints as a text that reads the same and prints the same; and where
 * the C library reads a text too, it reads the same number.
 */
#include <arpa/inet.h>
#include <string.h>

#include "fuzz.h"
#include "polgrid/addr.h"

static bool same_addr(struct pg_addr a, struct pg_addr b)
{
    return pg_addr_compare(a, b) == 0 && a.family == b.family && a.hi == b.hi && a.lo == b.lo;
}

static struct pg_addr from_bytes(const uint8_t *bytes)
{
    struct pg_addr addr = {.family = 6};
    for (int i = 0; i < 8; i++) {
        addr.hi = addr.hi << 8 | bytes[i];
        addr.lo = addr.lo << 8 | bytes[i + 8];
    }
    if (addr.hi == 0 && addr.lo >> 32 == 0xffff) /* IPv4-mapped (semantics 5.13) */
        return (struct pg_addr){.family = 4, .lo = addr.lo & 0xffffffffu};
    return addr;
}

/* What the C library makes of a text. It takes no leading zeros, and knows nothing of mapped forms. */
static bool library_reads(const char *text, struct pg_addr *addr)
{
    uint8_t bytes[16] = {0};
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *addr = (struct pg_addr){.family = 4,
                                 .lo = (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 |
                                       (uint64_t)bytes[2] << 8 | bytes[3]};
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    *addr = from_bytes(bytes);
    return true;
}

static void check_addr(const char *text)
{
    struct pg_addr addr, again, library;
    unsigned odd = 0, odd_again = 0;
    bool reads = pg_addr_parse(text, &addr, &odd);
    bool wanted = library_reads(text, &library);
    if (wanted)
        FUZZ_PROMISE(reads && same_addr(addr, library));
    if (!reads)
        return;
    FUZZ_PROMISE(wanted || (odd & PG_ADDR_LEADING_ZERO) != 0);
    FUZZ_PROMISE(addr.family == 4 || addr.family == 6);
    struct pg_buf first = {0}, second = {0};
    pg_addr_print(&first, addr);
    FUZZ_PROMISE(pg_addr_parse(pg_buf_text(&first), &again, &odd_again));
    FUZZ_PROMISE(same_addr(addr, again) && odd_again == 0);
    pg_addr_print(&second, again);
    FUZZ_PROMISE(strcmp(pg_buf_text(&first), pg_buf_text(&second)) == 0);

    struct pg_addr near = addr;
    if (pg_addr_next(&near)) {
        FUZZ_PROMISE(pg_addr_compare(addr, near) < 0);
        FUZZ_PROMISE(pg_addr_prev(&near) && same_addr(addr, near));
    } else {
        FUZZ_PROMISE(same_addr(addr, near));
    }
    pg_buf_free(&first);
    pg_buf_free(&second);
}

static void check_cidr(const char *text)
{
    struct pg_cidr cidr, again;
    unsigned odd = 0;
    if (!pg_cidr_parse(text, &cidr, &odd))
        return;
    FUZZ_PROMISE(strchr(text, '/') != NULL);
    FUZZ_PROMISE(cidr.bits <= (cidr.base.family == 4 ? 32 : 128));
    struct pg_buf out = {0};
    pg_cidr_print(&out, cidr);
    FUZZ_PROMISE(pg_cidr_parse(pg_buf_text(&out), &again, &odd) && odd == 0);
    FUZZ_PROMISE(same_addr(cidr.base, again.base) && cidr.bits == again.bits);
    pg_buf_free(&out);

    struct pg_addr first = pg_cidr_first(cidr), last = pg_cidr_last(cidr), beyond;
    FUZZ_PROMISE(same_addr(first, cidr.base) && pg_addr_compare(first, last) <= 0);
    FUZZ_PROMISE(pg_cidr_has(cidr, first) && pg_cidr_has(cidr, last));
    beyond = first;
    FUZZ_PROMISE(!pg_addr_prev(&beyond) || !pg_cidr_has(cidr, beyond));
    beyond = last;
    FUZZ_PROMISE(!pg_addr_next(&beyond) || !pg_cidr_has(cidr, beyond));
    FUZZ_PROMISE(pg_cidr_covers(cidr, cidr) && pg_cidr_overlaps(cidr, cidr));
}

/* Two blocks, on two lines, against each other. */
static void check_two(char *text)
{
    struct pg_cidr a, b;
    char *line = strchr(text, '\n');
    if (line == NULL)
        return;
    *line = '\0';
    if (!pg_cidr_parse(text, &a, NULL) || !pg_cidr_parse(line + 1, &b, NULL))
        return;
    bool inside = pg_cidr_has(a, pg_cidr_first(b)) && pg_cidr_has(a, pg_cidr_last(b));
    FUZZ_PROMISE(pg_cidr_covers(a, b) == inside);
    FUZZ_PROMISE(pg_cidr_overlaps(a, b) == (pg_cidr_covers(a, b) || pg_cidr_covers(b, a)));
    FUZZ_PROMISE(pg_cidr_overlaps(a, b) == pg_cidr_overlaps(b, a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_addr(text);
    check_cidr(text);
    check_two(text);
    free(text);
    return 0;
}
