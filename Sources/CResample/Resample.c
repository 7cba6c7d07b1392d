// SPDX-License-Identifier: Apache-2.0
// The order of the work: rows of the source become rows of the result's width just before they are needed, and are
// kept in a ring that holds as many as one row of the result takes.

#include "Internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct job {
    const uint8_t *pixels;
    int64_t height, width;
    cresample_axis across, down;
    uint8_t *ring;             // [slots, stride]
    int64_t slots, stride;
    uint8_t *copies;           // of source rows too near the picture's end to be read beyond theirs
    const uint8_t **tap_rows;  // [most taps]
    cresample_horizontal *horizontal;
    cresample_vertical *vertical;
} job;

/// Makes the next rows of the result's width, from number `row` on; those beyond the last repeat it.
static void narrow(job *job, int64_t row) {
    const uint8_t *rows[ROWS_AT_ONCE];
    uint8_t *outs[ROWS_AT_ONCE];
    int64_t count = 3 * job->width;
    for (int i = 0; i < ROWS_AT_ONCE; i++) {
        int64_t source = row + i < job->height ? row + i : job->height - 1;
        rows[i] = job->pixels + source * count;
        if ((job->height - source - 1) * count < SLACK) {
            rows[i] = memcpy(job->copies + i * (count + SLACK), rows[i], (size_t)count);
        }
        outs[i] = job->ring + (row + i) % job->slots * job->stride;
    }
    job->horizontal(rows, outs, &job->across);
}

static void run(job *job, uint8_t *out) {
    int64_t made = 0, count = 3 * job->across.count;
    for (int64_t y = 0; y < job->down.count; y++) {
        int64_t first = job->down.first[y], taps = job->down.taps[y];
        for (; made < first + taps; made += ROWS_AT_ONCE) narrow(job, made);
        for (int64_t tap = 0; tap < taps; tap++) {
            job->tap_rows[tap] = job->ring + (first + tap) % job->slots * job->stride;
        }
        job->vertical(job->tap_rows, job->down.weights + y * job->down.capacity, taps, job->down.precision,
                      out + y * count, count);
    }
}

int32_t cresample_rgb8(const uint8_t *pixels, int64_t height, int64_t width, uint8_t *out, int64_t out_height,
                       int64_t out_width, cresample_filter filter, cresample_path path) {
    job job = {.pixels = pixels, .height = height, .width = width};
    job.horizontal = cresample_horizontal_portable;
    job.vertical = cresample_vertical_portable;
#if defined(__x86_64__)
    if (path == CRESAMPLE_FASTEST && __builtin_cpu_supports("avx2")) {
        job.horizontal = cresample_horizontal_avx2;
        job.vertical = cresample_vertical_avx2;
    }
#else
    (void)path;
#endif
    bool enough = cresample_make_axis(&job.across, width, out_width, filter)
        && cresample_make_axis(&job.down, height, out_height, filter);
    if (enough) {
        // A group of rows may reach beyond the last one needed and must not overwrite the first one.
        job.slots = job.down.most_taps + ROWS_AT_ONCE - 1;
        job.stride = 3 * out_width + SLACK;
        job.ring = calloc((size_t)job.slots, (size_t)job.stride);
        job.copies = calloc(ROWS_AT_ONCE, (size_t)(3 * width + SLACK));
        job.tap_rows = calloc((size_t)job.down.most_taps, sizeof *job.tap_rows);
        enough = job.ring && job.copies && job.tap_rows;
        if (enough) run(&job, out);
        free(job.ring);
        free(job.copies);
        free(job.tap_rows);
    }
    cresample_free_axis(&job.across);
    cresample_free_axis(&job.down);
    return enough ? 0 : -1;
}
