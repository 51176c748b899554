#include "sha256_x86.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

static bool look(void)
{
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0)
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

/* Asked once: on a virtual machine the question costs as much as hashing ten kilobytes. */
bool pg_sha256_x86_has(void)
{
    static atomic_int known; /* 0: not asked yet; 1: no; 2: yes */
    int has = atomic_load_explicit(&known, memory_order_relaxed);

    if (has == 0) {
        has = look() ? 2 : 1;
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return has == 2;
}

/* Four rounds with the words `m`. The instructions keep the state as ABEF and CDGH. */
#define ROUNDS(abef, cdgh, m, constants)                                               \
    do {                                                                               \
        __m128i sum_ = _mm_add_epi32((m), _mm_loadu_si128((const void *)(constants))); \
        (cdgh) = _mm_sha256rnds2_epu32((cdgh), (abef), sum_);                          \
        sum_ = _mm_shuffle_epi32(sum_, 0x0e);                                          \
        (abef) = _mm_sha256rnds2_epu32((abef), (cdgh), sum_);                          \
    } while (0)

__attribute__((target("sha,sse4.1,ssse3"))) void pg_sha256_x86_add(uint32_t state[8],
                                                                   const uint32_t k[64],
                                                                   const uint8_t *blocks, size_t n)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const void *)&state[0]), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const void *)&state[4]), 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
    __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

    for (; n > 0; n--, blocks += 64) {
        __m128i abef_before = abef, cdgh_before = cdgh, m[4];
        for (int i = 0; i < 4; i++)
            m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(blocks + 16 * i)), swap);
        for (int i = 0; i < 16; i++) {
            ROUNDS(abef, cdgh, m[0], k + 4 * i);
            __m128i next =
                _mm_add_epi32(_mm_sha256msg1_epu32(m[0], m[1]), _mm_alignr_epi8(m[3], m[2], 4));
            next = _mm_sha256msg2_epu32(next, m[3]); /* of the last four rounds nobody needs it */
            m[0] = m[1];
            m[1] = m[2];
            m[2] = m[3];
            m[3] = next;
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((void *)&state[0], _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((void *)&state[4], _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool pg_sha256_x86_has(void)
{
    return false;
}

void pg_sha256_x86_add(uint32_t state[8], const uint32_t k[64], const uint8_t *blocks, size_t n)
{
    (void)state;
    (void)k;
    (void)blocks;
    (void)n;
}

#endif
