// SPDX-License-Identifier: Apache-2.0
//
// Pictures in memory to 8-bit RGB: libjpeg-turbo, libpng and libwebp behind one interface.
//
// Ownership. Every pointer is borrowed for the duration of the call; nothing is kept, nothing has to be freed.
// Failure. Functions return a `cimg_status`. On every status but CIMG_OK the caller's message holds one line without
// a line break: the name of the recognised format for CIMG_UNSUPPORTED, else what is wrong. libpng's longjmp never
// leaves this target. All functions may be called from any thread; there is no global state.

#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cimg_status {
    CIMG_OK = 0,
    CIMG_UNSUPPORTED = 1,  // not JPEG, PNG or WebP
    CIMG_TRUNCATED = 2,    // the data end before the picture does
    CIMG_DAMAGED = 3,      // the data contradict their format
    CIMG_NO_MEMORY = 4,
} cimg_status;

typedef enum cimg_format {
    CIMG_FORMAT_NONE = 0,
    CIMG_FORMAT_JPEG = 1,
    CIMG_FORMAT_PNG = 2,
    CIMG_FORMAT_WEBP = 3,
} cimg_format;

/// What a picture's header says, before anything is allocated for it.
typedef struct cimg_info {
    int32_t format;         // a cimg_format; set as soon as it is recognised, also when probing fails
    int32_t orientation;    // EXIF orientation 1...8; 1 where none is given or it is broken
    int64_t width;          // stored width in pixels, at least 1
    int64_t height;         // stored height in pixels, at least 1
    int64_t minimum_count;  // bytes that a file of this size has at the very least, where that is known, else 0
    int32_t channels;       // JPEG components (1, 3, 4); for PNG 4 with transparency, else 3; 0 for WebP
    int32_t progressive;    // 1 for a JPEG whose coefficients are all in memory before the first pixel is, else 0
} cimg_info;

enum { CIMG_MESSAGE_CAPACITY = 256 };

/// Reads a picture's header: format, size, orientation. Allocates nothing.
cimg_status cimg_probe(const uint8_t *bytes, size_t count, cimg_info *info, char *message, size_t message_capacity);

/// The side of a picture that is decoded at 1/denominator: ceil(side / denominator).
int64_t cimg_scaled(int64_t side, int32_t denominator);

/// Decodes a picture to 8-bit RGB, row major, without padding, upside as stored (the orientation is not applied).
///
/// Grey and CMYK become RGB; transparency is composited on white; of 16-bit samples the high byte is kept; gamma and
/// colour profiles are ignored. Of an animation the first frame is decoded.
/// `info` is what `cimg_probe` said of the same bytes. `denominator` is 1, 2, 4 or 8, and 1 unless the format is JPEG.
/// `out` has room for exactly cimg_scaled(width) * cimg_scaled(height) * 3 = `out_count` bytes.
cimg_status cimg_decode(const uint8_t *bytes, size_t count, const cimg_info *info, int32_t denominator, uint8_t *out,
                        size_t out_count, char *message, size_t message_capacity);

/// The most bytes that a JPEG of this size can have; 0 where it is too large for the format.
size_t cimg_jpeg_bound(int32_t width, int32_t height);

/// Encodes 8-bit RGB, row major, without padding, as a baseline JPEG with chroma at half the resolution.
///
/// `quality` is 1...100 on libjpeg's scale. `out` has room for cimg_jpeg_bound(width, height) bytes; `out_count` becomes
/// the number of bytes written.
cimg_status cimg_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, uint8_t *out,
                             size_t out_capacity, size_t *out_count, char *message, size_t message_capacity);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
