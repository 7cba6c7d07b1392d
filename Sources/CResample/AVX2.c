// SPDX-License-Identifier: Apache-2.0
// Both passes with AVX2: pairs of samples times pairs of weights, summed in 32 bits by one instruction.

#include "Internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

/// Two neighbouring weights in each 32-bit lane.
AVX2 static inline __m256i pair(const int16_t *weights) {
    int32_t both;
    memcpy(&both, weights, sizeof both);
    return _mm256_set1_epi32(both);
}

/// 16 bytes of each of two rows, one in each half.
AVX2 static inline __m256i halves(const uint8_t *low, const uint8_t *high) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

/// Sums of four channels, the last of no use, as bytes.
AVX2 static inline void store(__m256i sums, int precision, uint8_t *low, uint8_t *high) {
    __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(sums, precision), _mm256_setzero_si256());
    __m256i bytes = _mm256_packus_epi16(words, words);
    int32_t pixel = _mm_cvtsi128_si32(_mm256_castsi256_si128(bytes));
    memcpy(low, &pixel, sizeof pixel);
    pixel = _mm_cvtsi128_si32(_mm256_extracti128_si256(bytes, 1));
    memcpy(high, &pixel, sizeof pixel);
}

AVX2 void cresample_horizontal_avx2(const uint8_t *const rows[ROWS_AT_ONCE], uint8_t *const outs[ROWS_AT_ONCE],
                                    const cresample_axis *axis) {
    // The first and second, and the third and fourth of four RGB pixels, as 16-bit pairs of one channel.
    const __m256i begin = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
    const __m256i end = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
    const __m256i half = _mm256_set1_epi32(1 << (axis->precision - 1));
    for (int64_t x = 0; x < axis->count; x++) {
        const int16_t *weights = axis->weights + x * axis->capacity;
        int64_t offset = 3 * axis->first[x];
        __m256i upper = half, lower = half;
        for (int64_t tap = 0; tap < axis->taps[x]; tap += 4, offset += 12) {
            __m256i weights01 = pair(weights + tap), weights23 = pair(weights + tap + 2);
            __m256i pixels = halves(rows[0] + offset, rows[1] + offset);
            upper = _mm256_add_epi32(upper, _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, begin), weights01));
            upper = _mm256_add_epi32(upper, _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, end), weights23));
            pixels = halves(rows[2] + offset, rows[3] + offset);
            lower = _mm256_add_epi32(lower, _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, begin), weights01));
            lower = _mm256_add_epi32(lower, _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, end), weights23));
        }
        // The fourth byte is overwritten by the next pixel, or lies in the slack.
        store(upper, axis->precision, outs[0] + 3 * x, outs[1] + 3 * x);
        store(lower, axis->precision, outs[2] + 3 * x, outs[3] + 3 * x);
    }
}

AVX2 void cresample_vertical_avx2(const uint8_t *const *rows, const int16_t *weights, int64_t taps, int precision,
                                  uint8_t *out, int64_t count) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i half = _mm256_set1_epi32(1 << (precision - 1));
    for (int64_t x = 0; x < count; x += 32) {
        __m256i sum0 = half, sum1 = half, sum2 = half, sum3 = half;
        for (int64_t tap = 0; tap < taps; tap += 2) {
            __m256i both = pair(weights + tap);  // after an odd last one comes a weight of 0
            __m256i first = _mm256_loadu_si256((const __m256i *)(rows[tap] + x));
            __m256i second = tap + 1 < taps ? _mm256_loadu_si256((const __m256i *)(rows[tap + 1] + x)) : zero;
            __m256i low = _mm256_unpacklo_epi8(first, second), high = _mm256_unpackhi_epi8(first, second);
            sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(_mm256_unpacklo_epi8(low, zero), both));
            sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(_mm256_unpackhi_epi8(low, zero), both));
            sum2 = _mm256_add_epi32(sum2, _mm256_madd_epi16(_mm256_unpacklo_epi8(high, zero), both));
            sum3 = _mm256_add_epi32(sum3, _mm256_madd_epi16(_mm256_unpackhi_epi8(high, zero), both));
        }
        sum0 = _mm256_packs_epi32(_mm256_srai_epi32(sum0, precision), _mm256_srai_epi32(sum1, precision));
        sum2 = _mm256_packs_epi32(_mm256_srai_epi32(sum2, precision), _mm256_srai_epi32(sum3, precision));
        __m256i bytes = _mm256_packus_epi16(sum0, sum2);
        if (count - x >= 32) {
            _mm256_storeu_si256((__m256i *)(out + x), bytes);
        } else {
            uint8_t last[32];
            _mm256_storeu_si256((__m256i *)last, bytes);
            memcpy(out + x, last, (size_t)(count - x));
        }
    }
}

#endif
