// SPDX-License-Identifier: Apache-2.0
// What the codecs share. Nothing here is visible to Swift.

#pragma once

#include "CImageCodecs.h"

#include <stdbool.h>
#include <string.h>

/// Where a failing function writes its reason.
typedef struct cimg_report {
    char *text;
    size_t capacity;
} cimg_report;

/// Writes one printf-formatted line, cut to the capacity, control characters replaced; returns `status`.
cimg_status cimg_fail(cimg_report report, cimg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// The orientation in a TIFF structure (what follows "Exif\0\0"), 1...8, or 0 where there is none.
int32_t cimg_exif_orientation(const uint8_t *tiff, size_t count);

/// True if the JPEG's markers lead to its end-of-image marker, that is, if it is not cut off.
bool cimg_jpeg_reaches_end(const uint8_t *bytes, size_t count);

cimg_status cimg_jpeg_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report);
cimg_status cimg_png_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report);
cimg_status cimg_webp_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report);

cimg_status cimg_jpeg_decode(const uint8_t *bytes, size_t count, const cimg_info *info, int32_t denominator,
                             uint8_t *out, cimg_report report);
cimg_status cimg_png_decode(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                            cimg_report report);
cimg_status cimg_webp_decode(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                             cimg_report report);

static inline uint32_t cimg_big16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static inline uint32_t cimg_big32(const uint8_t *p) { return cimg_big16(p) << 16 | cimg_big16(p + 2); }
static inline uint32_t cimg_little16(const uint8_t *p) { return (uint32_t)p[1] << 8 | p[0]; }
static inline uint32_t cimg_little32(const uint8_t *p) { return cimg_little16(p + 2) << 16 | cimg_little16(p); }

/// Composites RGBA on white: round((colour * alpha + 255 * (255 - alpha)) / 255).
/// `out` may be `rgba` itself, since no sample is written before it is read.
static inline void cimg_composite(const uint8_t *rgba, size_t pixels, uint8_t *out) {
    for (size_t i = 0; i < pixels; i++, rgba += 4, out += 3) {
        uint32_t alpha = rgba[3], white = 255 * (255 - alpha);
        for (int c = 0; c < 3; c++) out[c] = (uint8_t)((rgba[c] * alpha + white + 127) / 255);
    }
}
