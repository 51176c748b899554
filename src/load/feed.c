#include "feed.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "polgrid/arena.h"

#define CHUNK          ((size_t)128 << 10)
#define FIRST          4096 /* enough to tell YAML from JSON */
#define MAX_DIRECTIVES 1000
#define WAIT_MS        50 /* between looks whether to stop */

void pg_feed_open(struct pg_feed *input, int fd, bool keep, pg_feed_progress *progress,
                  void *context)
{
    *input = (struct pg_feed){.fd = fd, .keep = keep, .progress = progress, .context = context};
    input->mark = (struct pg_mark){1, 1};
    input->chunk = fd < 0 ? NULL : pg_xmalloc(CHUNK);
    pg_sha256_start(&input->hash);
}

void pg_feed_text(struct pg_feed *input, const char *text, size_t length,
                  pg_feed_progress *progress, void *context)
{
    pg_feed_open(input, -1, false, progress, context);
    input->memory = text;
    input->left = length;
}

static bool fail(struct pg_feed *input, enum pg_code code, struct pg_mark mark, const char *message)
{
    input->failed = true;
    return pg_fault_set(&input->fault, code, mark, "%s", message);
}

/* --- bytes ------------------------------------------------------------------------------------- */

/* Whether a read would not wait; nor does one that can't be waited for. A signal is no byte. */
static bool is_ready(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int n = poll(&ready, 1, WAIT_MS);

    return n > 0 || (n < 0 && errno != EINTR);
}

/* One read of up to CHUNK bytes into the chunk, repeated when a signal interrupts it. */
static ssize_t read_some(struct pg_feed *input, size_t have)
{
    ssize_t n;

    /* A pipe may stay silent for ever: whoever wants to stop must not wait for its next byte. */
    while (input->progress && !is_ready(input->fd)) {
        if (!input->progress(input->context, 0)) {
            input->stopped = true;
            return 0;
        }
    }
    do
        n = read(input->fd, input->chunk + have, CHUNK - have);
    while (n < 0 && errno == EINTR);
    return n;
}

/* The next bytes, unchecked: *data and their number; 0 at the end. */
static size_t take_file(struct pg_feed *input, const char **data)
{
    size_t have = 0;
    ssize_t n;

    *data = input->chunk;
    do {
        n = read_some(input, have);
        if (n < 0) {
            char message[200];
            snprintf(message, sizeof message, "reading failed: %s", strerror(errno));
            fail(input, PG_CODE_FILE_READ, input->mark, message);
        }
        have += n > 0 ? (size_t)n : 0;
    } while (n > 0 && input->bytes == 0 && have < FIRST);
    return have;
}

static size_t take_memory(struct pg_feed *input, const char **data)
{
    size_t n;

    n = input->left < CHUNK ? input->left : CHUNK;
    *data = input->memory;
    input->memory += n;
    input->left -= n;
    return n;
}

static void keep(struct pg_feed *input, const char *data, size_t n)
{
    if (input->kept.n + n <= PG_FEED_MAX_KEPT) {
        pg_buf_add(&input->kept, data, n);
        return;
    }
    pg_buf_free(&input->kept);
    input->kept = (struct pg_buf){0};
    input->keep = false;
    input->dropped = true;
}

static size_t take(struct pg_feed *input, const char **data)
{
    size_t n = input->fd < 0 ? take_memory(input, data) : take_file(input, data);

    if (n == 0)
        return 0;
    if (input->keep)
        keep(input, *data, n);
    input->bytes += n;
    if (input->hashes)
        pg_sha256_add(&input->hash, *data, n);
    if (input->progress && !input->progress(input->context, n))
        input->stopped = true;
    return n;
}

/* --- text -------------------------------------------------------------------------------------- */

static bool is_yaml_character(uint32_t rune)
{
    if (rune < 0x20)
        return rune == '\t' || rune == '\n' || rune == '\r';
    if (rune < 0xa0)
        return rune < 0x7f || rune == 0x85;
    return rune != 0xfeff && rune != 0xfffe && rune != 0xffff;
}

static void advance(struct pg_feed *input, uint32_t rune)
{
    if (rune == '\n') {
        input->mark.line++;
        input->mark.column = 1;
    } else {
        if (rune == '%' && input->mark.column == 1)
            input->directives++;
        input->mark.column++;
    }
}

/* The first byte of a character of several. False where it can't be one. */
static bool begin_rune(struct pg_feed *input, uint8_t byte)
{
    if (byte < 0xc2 || byte > 0xf4)
        return false;
    input->more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    input->rune = byte & (0x3fu >> input->more);
    /* No longer form than needed, no surrogates, nothing beyond U+10FFFF. */
    input->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    input->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    return true;
}

enum finding {
    FINE,
    NO_UTF8,
    NO_TEXT,  /* a character that must not be there: input->rune */
    TOO_MANY, /* directives: libyaml compares each with all before it */
};

static enum finding check_byte(struct pg_feed *input, uint8_t byte)
{
    if (input->more == 0) {
        if (byte >= 0x80)
            return begin_rune(input, byte) ? FINE : NO_UTF8;
        input->rune = byte;
    } else {
        if (byte < input->low || byte > input->high)
            return NO_UTF8;
        input->rune = input->rune << 6 | (byte & 0x3f);
        input->low = 0x80;
        input->high = 0xbf;
        if (--input->more)
            return FINE;
    }
    if (input->rune == 0 || (input->yaml && !is_yaml_character(input->rune)))
        return NO_TEXT;
    advance(input, input->rune);
    return input->yaml && input->directives > MAX_DIRECTIVES ? TOO_MANY : FINE;
}

static void refuse(struct pg_feed *input, enum finding finding, uint8_t byte)
{
    bool first = input->mark.line == 1 && input->mark.column == 1;
    char message[200];

    if (finding == TOO_MANY) {
        fail(input, PG_CODE_YAML_SYNTAX, input->mark, "more than 1000 lines that begin with %");
        return;
    }
    if (finding == NO_UTF8 && first && (byte == 0xfe || byte == 0xff))
        snprintf(message, sizeof message, "this looks like UTF-16; convert the file to UTF-8");
    else if (finding == NO_UTF8)
        snprintf(message, sizeof message, "no UTF-8 from here on; convert the file to UTF-8");
    else if (input->rune == 0)
        snprintf(message, sizeof message, "a NUL byte: this is no text file");
    else if (input->rune == 0xfeff)
        snprintf(message, sizeof message,
                 "a byte-order mark inside the text; it belongs at the beginning or nowhere");
    else
        snprintf(message, sizeof message, "the control character U+%04X is not allowed in YAML",
                 input->rune);
    fail(input, PG_CODE_FILE_TEXT, input->mark, message);
}

/* High bits where a byte has its own, or is below 0x20, or DEL (or where one before it is). */
static inline uint64_t odd_bits(const char *p)
{
    uint64_t word;

    memcpy(&word, p, 8);
    return word | (word - 0x2020202020202020u) | (word + 0x0101010101010101u);
}

#define BLOCK 64

/* Whether one of so many bytes is. */
static inline bool is_odd(const char *p)
{
#ifdef __SSE2__
    const __m128i one = _mm_set1_epi8(1), least = _mm_set1_epi8(0x21);
    __m128i odd = _mm_setzero_si128();

    /* Signed, and one more: DEL and all that is beyond ASCII become negative, or zero. */
    for (int i = 0; i < BLOCK; i += 16)
        odd = _mm_or_si128(
            odd,
            _mm_cmplt_epi8(
                _mm_add_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + i)), one), least));
    return _mm_movemask_epi8(odd) != 0;
#else
    uint64_t odd = 0;

    for (int i = 0; i < BLOCK; i += 8)
        odd |= odd_bits(p + i);
    return (odd & 0x8080808080808080u) != 0;
#endif
}

/* Which byte is the first that has its bit: what one before it does to a byte comes later in memory where the low
   ones are first. */
static inline size_t first_odd(uint64_t odd)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(odd) / 8;
#else
    (void)odd;
    return 0;
#endif
}

/* A run of plain ASCII within one line needs no character-wise look. Returns its length. */
static size_t plain_run(const char *p, const char *end)
{
    const char *start = p;

    while (end - p >= BLOCK && !is_odd(p))
        p += BLOCK;
    for (; end - p >= 8; p += 8) {
        uint64_t odd = odd_bits(p) & 0x8080808080808080u;
        if (odd)
            return (size_t)(p - start) + first_odd(odd);
    }
    return (size_t)(p - start);
}

/* Checks the new bytes; what lies behind a fault is cut off, so that the readers see all before it. */
static void check(struct pg_feed *input)
{
    enum finding found;

    for (const char *p = input->p; p < input->end; p++) {
        size_t run = input->more == 0 && input->mark.column > 1 ? plain_run(p, input->end) : 0;
        input->mark.column += (uint32_t)run;
        p += run;
        if (p == input->end)
            break;
        found = check_byte(input, (uint8_t)*p);
        if (found != FINE) {
            refuse(input, found, (uint8_t)*p);
            input->end = p;
            return;
        }
    }
}

/* --- the readers' side --------------------------------------------------------------------------- */

bool pg_feed_fill(struct pg_feed *input)
{
    const char *data;
    size_t n;

    if (input->failed || input->stopped || input->ended)
        return false;
    n = take(input, &data);
    input->p = data;
    input->end = data + (input->stopped ? 0 : n);
    if (n == 0) {
        input->ended = !input->stopped;
        if (input->more && !input->failed && !input->stopped)
            fail(input, PG_CODE_FILE_TEXT, input->mark, "the text ends inside a character");
        return false;
    }
    if (input->bytes > PG_FEED_MAX_BYTES)
        return fail(input, PG_CODE_FILE_SIZE, input->mark, "more than 2 GiB; split the input");
    if (input->begun)
        check(input);
    return !input->stopped && input->p < input->end;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

bool pg_feed_is_json(struct pg_feed *input)
{
    const char *p;

    pg_feed_fill(input);
    if (input->end - input->p >= 3 && memcmp(input->p, "\xef\xbb\xbf", 3) == 0)
        input->p += 3;
    p = skip_blanks(input->p, input->end);
    if (p == input->end || (*p != '{' && *p != '['))
        return false;
    if (*p == '[')
        return true;
    p = skip_blanks(p + 1, input->end);
    return p == input->end || *p == '"' || *p == '}';
}

void pg_feed_begin(struct pg_feed *input, bool yaml)
{
    input->yaml = yaml;
    if (!input->begun)
        check(input);
    input->begun = true;
}

void pg_feed_finish(struct pg_feed *input, char sha256[65])
{
    const char *data;

    sha256[0] = '\0';
    while (!input->ended && !input->stopped && input->bytes <= PG_FEED_MAX_BYTES)
        input->ended = take(input, &data) == 0;
    if (input->hashes && input->ended && !(input->failed && input->fault.code == PG_CODE_FILE_READ))
        pg_sha256_hex(&input->hash, sha256);
}

void pg_feed_close(struct pg_feed *input)
{
    pg_buf_free(&input->kept);
    free(input->chunk);
    input->chunk = NULL;
}
