// SPDX-License-Identifier: Apache-2.0
// Both passes in plain C.

#include "Internal.h"

static inline uint8_t rounded(int32_t sum, int precision) {
    int32_t value = sum >> precision;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void cresample_horizontal_portable(const uint8_t *const rows[ROWS_AT_ONCE], uint8_t *const outs[ROWS_AT_ONCE],
                                   const cresample_axis *axis) {
    for (int row = 0; row < ROWS_AT_ONCE; row++) {
        for (int64_t x = 0; x < axis->count; x++) {
            const uint8_t *source = rows[row] + 3 * axis->first[x];
            const int16_t *weights = axis->weights + x * axis->capacity;
            int32_t half = 1 << (axis->precision - 1);
            int32_t red = half, green = half, blue = half;
            for (int64_t tap = 0; tap < axis->taps[x]; tap++) {
                red += weights[tap] * source[3 * tap];
                green += weights[tap] * source[3 * tap + 1];
                blue += weights[tap] * source[3 * tap + 2];
            }
            outs[row][3 * x] = rounded(red, axis->precision);
            outs[row][3 * x + 1] = rounded(green, axis->precision);
            outs[row][3 * x + 2] = rounded(blue, axis->precision);
        }
    }
}

void cresample_vertical_portable(const uint8_t *const *rows, const int16_t *weights, int64_t taps, int precision,
                                 uint8_t *out, int64_t count) {
    enum { BLOCK = 64 };
    for (int64_t start = 0; start < count; start += BLOCK) {
        int64_t end = count - start < BLOCK ? count - start : BLOCK;
        int32_t sums[BLOCK];
        for (int64_t x = 0; x < end; x++) sums[x] = 1 << (precision - 1);
        for (int64_t tap = 0; tap < taps; tap++) {
            for (int64_t x = 0; x < end; x++) sums[x] += weights[tap] * rows[tap][start + x];
        }
        for (int64_t x = 0; x < end; x++) out[start + x] = rounded(sums[x], precision);
    }
}
