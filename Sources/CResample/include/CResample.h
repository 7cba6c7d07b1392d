// SPDX-License-Identifier: Apache-2.0
//
// Resizing of 8-bit RGB pictures with antialiasing: the bytes of libtorch 2.13's `_upsample_bicubic2d_aa` and
// `_upsample_bilinear2d_aa` on x86-64, and so those of torchvision and transformers.
//
// Ownership. Every pointer is borrowed for the duration of the call. Functions may be called from any thread; there is
// no global state, and no thread is started.

#pragma once

#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cresample_filter {
    CRESAMPLE_BILINEAR = 2,  // Pillow's codes
    CRESAMPLE_BICUBIC = 3,
} cresample_filter;

typedef enum cresample_path {
    CRESAMPLE_FASTEST = 0,   // vector instructions where the processor has them
    CRESAMPLE_PORTABLE = 1,  // plain C: the same bytes, for processors without them and for tests
} cresample_path;

/// Resizes a picture of samples `[height, width, 3]`, row major, without padding.
///
/// All sides are at least 1; `out` has room for `out_height * out_width * 3` bytes and does not overlap `pixels`.
/// Returns 0, or -1 where memory runs out; then `out` holds nothing of use.
int32_t cresample_rgb8(const uint8_t *pixels, int64_t height, int64_t width, uint8_t *out, int64_t out_height,
                       int64_t out_width, cresample_filter filter, cresample_path path);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
