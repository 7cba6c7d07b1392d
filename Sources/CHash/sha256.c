// SPDX-License-Identifier: Apache-2.0

#include "chash.h"
#include "bytes.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// One round; the caller rotates the names instead of the values.
#define ROUND(a, b, c, d, e, f, g, h, i)                                                                          \
    do {                                                                                                          \
        uint32_t t = h + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + (g ^ (e & (f ^ g)))  \
            + round_constants[i] + w[i];                                                                          \
        d += t;                                                                                                   \
        h = t + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + ((a & b) | (c & (a | b)));    \
    } while (0)

static void compress_portable(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
    for (; blocks > 0; blocks--, bytes += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) {
            w[i] = load_big_endian(bytes + 4 * i);
        }
        for (int i = 16; i < 64; i++) {
            uint32_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + w[i - 7] + (rotate_right(x, 7) ^ rotate_right(x, 18) ^ (x >> 3))
                + (rotate_right(y, 17) ^ rotate_right(y, 19) ^ (y >> 10));
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i += 8) {
            ROUND(a, b, c, d, e, f, g, h, i);
            ROUND(h, a, b, c, d, e, f, g, i + 1);
            ROUND(g, h, a, b, c, d, e, f, i + 2);
            ROUND(f, g, h, a, b, c, d, e, i + 3);
            ROUND(e, f, g, h, a, b, c, d, i + 4);
            ROUND(d, e, f, g, h, a, b, c, i + 5);
            ROUND(c, d, e, f, g, h, a, b, i + 6);
            ROUND(b, c, d, e, f, g, h, a, i + 7);
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
}

#if defined(__x86_64__)
// The instructions hold the state as the two vectors (a, b, e, f) and (c, d, g, h), highest lane first, and do two
// rounds each: the new (a, b, e, f) replaces the old (c, d, g, h), so the two names swap roles after every call.
__attribute__((target("sha,sse4.1,ssse3")))
static void compress_hardware(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; blocks > 0; blocks--, bytes += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];   // the last sixteen words of the message schedule, a ring
#pragma unroll
        for (int i = 0; i < 16; i++) {
            __m128i words;
            if (i < 4) {
                words = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i)), swap);
            } else {
                __m128i seventh = _mm_alignr_epi8(w[(i - 1) & 3], w[(i - 2) & 3], 4);
                words = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i - 3) & 3]), seventh);
                words = _mm_sha256msg2_epu32(words, w[(i - 1) & 3]);
            }
            w[i & 3] = words;
            __m128i k = _mm_loadu_si128((const __m128i *)(const void *)(round_constants + 4 * i));
            __m128i sum = _mm_add_epi32(words, k);
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    uint32_t lanes[8];
    _mm_storeu_si128((__m128i *)(void *)lanes, abef);
    _mm_storeu_si128((__m128i *)(void *)(lanes + 4), cdgh);
    state[0] = lanes[3];
    state[1] = lanes[2];
    state[2] = lanes[7];
    state[3] = lanes[6];
    state[4] = lanes[1];
    state[5] = lanes[0];
    state[6] = lanes[5];
    state[7] = lanes[4];
}

int chash_has_hardware_sha256(void) {
    unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
        return 0;
    }
    const unsigned int ssse3 = 1u << 9, sse41 = 1u << 19, sha = 1u << 29;
    if ((ecx & ssse3) == 0 || (ecx & sse41) == 0) {
        return 0;
    }
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & sha) != 0;
}
#else
int chash_has_hardware_sha256(void) {
    return 0;
}
#endif

static void compress(chash_sha256 *context, const uint8_t *bytes, size_t blocks) {
#if defined(__x86_64__)
    if (context->hardware) {
        compress_hardware(context->state, bytes, blocks);
        return;
    }
#endif
    compress_portable(context->state, bytes, blocks);
}

void chash_sha256_init(chash_sha256 *context, int hardware) {
    static const uint32_t start[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    memset(context, 0, sizeof *context);
    memcpy(context->state, start, sizeof start);
    context->hardware = hardware && chash_has_hardware_sha256();
}

void chash_sha256_update(chash_sha256 *context, const void *data, size_t count) {
    const uint8_t *bytes = data;
    size_t held = context->length % 64;
    context->length += count;
    if (held > 0) {
        size_t taken = count < 64 - held ? count : 64 - held;
        if (taken > 0) {
            memcpy(context->block + held, bytes, taken);
        }
        if (held + taken < 64) {
            return;
        }
        compress(context, context->block, 1);
        bytes += taken;
        count -= taken;
    }
    if (count >= 64) {
        compress(context, bytes, count / 64);
    }
    if (count % 64 > 0) {
        memcpy(context->block, bytes + count / 64 * 64, count % 64);
    }
}

void chash_sha256_final(chash_sha256 *context, uint8_t *digest) {
    uint8_t tail[128];
    size_t blocks = pad_message(tail, context->block, context->length);
    compress(context, tail, blocks);
    for (int i = 0; i < 8; i++) {
        store_big_endian(digest + 4 * i, context->state[i]);
    }
}
