// SPDX-License-Identifier: Apache-2.0
// The weights of one side.
//
// As in Pillow, each is a double that is divided by the sum for its sample and then rounded to 16 bits, with as many
// binary places as the largest of all allows. The places and the way of rounding show in the bytes. Whether additions
// and multiplications are fused does not: 600,000 pairs of sizes give the same weights either way.

#include "Internal.h"

#include <math.h>
#include <stdlib.h>

// The same doubles on every processor.
#pragma STDC FP_CONTRACT OFF

static inline double radius(cresample_filter filter) { return filter == CRESAMPLE_BICUBIC ? 2 : 1; }

/// How many source samples there are to one of the result; below 1 the filter keeps its width.
static inline double width_of(double scale) { return scale >= 1 ? scale : 1; }

static int64_t most_taps(double scale, cresample_filter filter) {
    return 2 * (int64_t)ceil(radius(filter) * width_of(scale)) + 1;
}

static inline double weight(double x, cresample_filter filter) {
    x = fabs(x);
    if (filter == CRESAMPLE_BILINEAR) return x < 1 ? 1 - x : 0;
    // Keys' cubic with a = -1/2.
    double near = (1.5 * x - 2.5) * x * x + 1;
    double far = ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return x < 1 ? near : x < 2 ? far : 0;
}

/// The whole number below, but no less than 0 and no more than `most`.
static inline int64_t within(double place, int64_t most) {
    int64_t whole = (int64_t)place;
    return whole < 0 ? 0 : whole > most ? most : whole;
}

/// Finds the taps for one sample of the result, and their weights before division.
static void fill(cresample_axis *axis, int64_t i, int64_t size, cresample_filter filter, double *row) {
    double scale = (double)size / (double)axis->count;
    double center = scale * ((double)i + 0.5);
    double support = radius(filter) * width_of(scale);
    double inverse = 1 / width_of(scale);
    int64_t first = within(center - support + 0.5, size);
    int64_t taps = within(center + support + 0.5, size) - first;
    if (taps > most_taps(scale, filter)) taps = most_taps(scale, filter);
    axis->first[i] = first;
    axis->taps[i] = taps;
    for (int64_t j = 0; j < taps; j++) row[j] = weight(((double)(j + first) - center + 0.5) * inverse, filter);
}

static void fill_all(cresample_axis *axis, int64_t size, cresample_filter filter, double *row, double *sums) {
    double largest = 0;
    for (int64_t i = 0; i < axis->count; i++) {
        fill(axis, i, size, filter, row);
        double high = 0;
        for (int64_t j = 0; j < axis->taps[i]; j++) {
            sums[i] += row[j];
            high = row[j] > high ? row[j] : high;
        }
        if (high / sums[i] > largest) largest = high / sums[i];
        if (axis->taps[i] > axis->most_taps) axis->most_taps = axis->taps[i];
    }
    while (axis->precision < 22 && largest * (2 << axis->precision) + 0.5 < 1 << 15) axis->precision++;
    double unit = 1 << axis->precision;
    for (int64_t i = 0; i < axis->count; i++) {
        fill(axis, i, size, filter, row);
        int16_t *weights = axis->weights + i * axis->capacity;
        for (int64_t j = 0; j < axis->taps[i]; j++) {
            double value = row[j] / sums[i] * unit;
            weights[j] = (int16_t)(value < 0 ? value - 0.5 : value + 0.5);
        }
    }
}

bool cresample_make_axis(cresample_axis *axis, int64_t size, int64_t count, cresample_filter filter) {
    int64_t most = most_taps((double)size / (double)count, filter);
    *axis = (cresample_axis){.count = count, .capacity = (most + 3) / 4 * 4};
    axis->first = calloc((size_t)count, sizeof(int64_t));
    axis->taps = calloc((size_t)count, sizeof(int64_t));
    axis->weights = calloc((size_t)count, (size_t)axis->capacity * sizeof(int16_t));
    // Doubles are kept for one sample at a time and made twice: for tall pictures they would take gigabytes.
    double *row = calloc((size_t)axis->capacity, sizeof(double));
    double *sums = calloc((size_t)count, sizeof(double));
    bool enough = axis->first && axis->taps && axis->weights && row && sums;
    if (enough) fill_all(axis, size, filter, row, sums);
    free(row);
    free(sums);
    return enough;
}

void cresample_free_axis(cresample_axis *axis) {
    free(axis->first);
    free(axis->taps);
    free(axis->weights);
}
