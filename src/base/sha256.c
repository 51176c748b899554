#include "polgrid/sha256.h"

#include <string.h>

#include "sha256_x86.h"

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractions of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The next word of the message schedule; only the last sixteen are kept. */
static uint32_t schedule(uint32_t w[16], int i)
{
    uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];

    return w[i & 15] += w[(i + 9) & 15] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
                        (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
}

/* One round. Instead of moving eight words along, the rounds name them in turn. */
static inline void turn(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f,
                        uint32_t g, uint32_t *h, uint32_t word)
{
    uint32_t t1 = *h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + word;
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

    *d += t1;
    *h = t1 + t2;
}

/* Every file that is read goes through here, so it must not be what loading waits for. */
static void add_block(uint32_t state[8], const uint8_t *p)
{
    uint32_t w[16], k[8];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

    for (int i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 0; i < 64; i += 8) {
        for (int j = 0; j < 8; j++)
            k[j] = K[i + j] + (i < 16 ? w[i + j] : schedule(w, i + j));
        turn(a, b, c, &d, e, f, g, &h, k[0]);
        turn(h, a, b, &c, d, e, f, &g, k[1]);
        turn(g, h, a, &b, c, d, e, &f, k[2]);
        turn(f, g, h, &a, b, c, d, &e, k[3]);
        turn(e, f, g, &h, a, b, c, &d, k[4]);
        turn(d, e, f, &g, h, a, b, &c, k[5]);
        turn(c, d, e, &f, g, h, a, &b, k[6]);
        turn(b, c, d, &e, f, g, h, &a, k[7]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static void add_blocks(struct pg_sha256 *hash, const uint8_t *p, size_t n)
{
    if (hash->x86) {
        pg_sha256_x86_add(hash->state, K, p, n);
        return;
    }
    for (; n > 0; n--, p += 64)
        add_block(hash->state, p);
}

void pg_sha256_start(struct pg_sha256 *hash)
{
    *hash = (struct pg_sha256){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19},
        .x86 = pg_sha256_x86_has(),
    };
}

void pg_sha256_add(struct pg_sha256 *hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t have = hash->length % 64;

    hash->length += n;
    if (have == 0) {
        add_blocks(hash, p, n / 64);
        p += n - n % 64;
        n %= 64;
    }
    while (n) {
        size_t take = 64 - have < n ? 64 - have : n;
        memcpy(hash->block + have, p, take);
        p += take;
        n -= take;
        have += take;
        if (have == 64) {
            add_blocks(hash, hash->block, 1);
            have = 0;
        }
    }
}

void pg_sha256_hex(struct pg_sha256 *hash, char out[65])
{
    static const char digits[] = "0123456789abcdef";
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = hash->length * 8;
    size_t have = hash->length % 64;
    uint8_t tail[8];

    for (int i = 0; i < 8; i++)
        tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    pg_sha256_add(hash, padding, have < 56 ? 56 - have : 120 - have);
    pg_sha256_add(hash, tail, sizeof tail);
    for (int i = 0; i < 64; i++)
        out[i] = digits[hash->state[i / 8] >> (28 - i % 8 * 4) & 15];
    out[64] = '\0';
}
