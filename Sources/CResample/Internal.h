// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "CResample.h"

#include <stdbool.h>

/// The rows that one call of a horizontal pass works on: they share the loads of weights.
enum { ROWS_AT_ONCE = 4 };
/// Bytes that passes may read beyond the end of a row, whose values do not matter.
enum { SLACK = 32 };

/// Which samples along one side make each sample of the result, and with what weights.
typedef struct cresample_axis {
    int64_t count;      // samples of the result
    int64_t capacity;   // weights kept for each of them, a multiple of 4; those beyond its taps are 0
    int64_t most_taps;  // the largest number of taps
    int64_t *first;     // for each, the first sample of the source
    int64_t *taps;      // for each, how many samples from there on have weights
    int16_t *weights;   // [count, capacity], in units of 2^-precision
    int precision;
} cresample_axis;

/// Makes the weights of one side; false where memory runs out. `free_axis` is called in either case.
bool cresample_make_axis(cresample_axis *axis, int64_t size, int64_t count, cresample_filter filter);
void cresample_free_axis(cresample_axis *axis);

/// Rows of the source to rows of the result's width. Both may be touched up to SLACK bytes beyond their ends.
typedef void cresample_horizontal(const uint8_t *const rows[ROWS_AT_ONCE], uint8_t *const outs[ROWS_AT_ONCE],
                                  const cresample_axis *axis);
/// The weighted sum of `taps` rows of `count` bytes. Rows may be read up to SLACK bytes beyond their ends.
typedef void cresample_vertical(const uint8_t *const *rows, const int16_t *weights, int64_t taps, int precision,
                                uint8_t *out, int64_t count);

cresample_horizontal cresample_horizontal_portable, cresample_horizontal_avx2;
cresample_vertical cresample_vertical_portable, cresample_vertical_avx2;
