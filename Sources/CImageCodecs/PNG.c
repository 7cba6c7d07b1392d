// SPDX-License-Identifier: Apache-2.0
// PNG. libpng reports errors by longjmp; its only target is in `read_guarded`, whose frame holds nothing that must be
// freed: all resources belong to the caller's `reader`.

#include "Internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

cimg_status cimg_png_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report) {
    if (count < 33) return cimg_fail(report, CIMG_TRUNCATED, "it ends inside its header");
    if (cimg_big32(bytes + 8) != 13 || memcmp(bytes + 12, "IHDR", 4) != 0) {
        return cimg_fail(report, CIMG_DAMAGED, "its first chunk is not IHDR");
    }
    info->width = cimg_big32(bytes + 16);
    info->height = cimg_big32(bytes + 20);
    static const uint8_t samples[] = {1, 0, 3, 1, 2, 0, 4};  // by colour type
    uint64_t bits = bytes[25] < sizeof samples ? (uint64_t)bytes[24] * samples[bytes[25]] : 0;
    if (bits == 0 || bytes[24] > 16) return cimg_fail(report, CIMG_DAMAGED, "its colour type is unknown");
    // Deflate never shrinks to less than 1/1032: a header that promises more pixels than the bytes can hold is a lie.
    uint64_t raw;
    if (__builtin_mul_overflow((uint64_t)info->width * (uint64_t)info->height, bits, &raw)) raw = UINT64_MAX;
    info->minimum_count = (int64_t)(raw / 8 / 1032);
    info->channels = bytes[25] & PNG_COLOR_MASK_ALPHA ? 4 : 3;
    // The orientation may stand on either side of the picture data.
    size_t at = 33;
    while (count - at >= 12) {
        size_t length = cimg_big32(bytes + at);
        if (length > count - at - 12) break;
        if (memcmp(bytes + at + 4, "eXIf", 4) == 0) {
            int32_t orientation = cimg_exif_orientation(bytes + at + 8, length);
            if (orientation) info->orientation = orientation;
            break;
        }
        if (memcmp(bytes + at + 4, "tRNS", 4) == 0) info->channels = 4;
        if (memcmp(bytes + at + 4, "IEND", 4) == 0) break;
        at += length + 12;
    }
    return CIMG_OK;
}

typedef struct reader {
    const uint8_t *bytes;
    size_t count;
    size_t at;
    bool ended;  // libpng asked for more than there is
    const cimg_info *info;
    uint8_t *out;
    uint8_t *rgba;      // a row, or the whole picture where it is interlaced; NULL without transparency
    size_t rgba_count;  // its size in bytes
    cimg_status status;
    cimg_report report;
} reader;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    reader *source = png_get_io_ptr(png);
    if (count > source->count - source->at) {
        source->ended = true;
        png_error(png, "it ends inside the picture");
    }
    memcpy(target, source->bytes + source->at, count);
    source->at += count;
}

static void on_error(png_structp png, png_const_charp message) {
    reader *source = png_get_error_ptr(png);
    if (source->status == CIMG_OK) {
        source->status = cimg_fail(source->report, source->ended ? CIMG_TRUNCATED : CIMG_DAMAGED, "%s", message);
    }
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void fail(png_structp png, reader *source, cimg_status status, const char *message) {
    source->status = cimg_fail(source->report, status, "%s", message);
    png_error(png, message);
}

static void read_picture(png_structp png, png_infop header, reader *source) {
    png_set_read_fn(png, source, read_bytes);
    // Text and profiles are not used: what inflates to more than this is skipped with a warning.
    png_set_chunk_malloc_max(png, 1 << 20);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_read_info(png, header);
    png_uint_32 width = png_get_image_width(png, header), height = png_get_image_height(png, header);
    if (width != source->info->width || height != source->info->height) {
        fail(png, source, CIMG_DAMAGED, "its header changed while it was read");
    }
    bool interlaced = png_get_interlace_type(png, header) != PNG_INTERLACE_NONE;
    bool transparent = (png_get_color_type(png, header) & PNG_COLOR_MASK_ALPHA) != 0
        || png_get_valid(png, header, PNG_INFO_tRNS) != 0;
    png_set_expand(png);         // palettes, fewer than 8 bits, tRNS
    png_set_strip_16(png);       // keeps the high byte
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, header);
    size_t channels = transparent ? 4 : 3;
    size_t row = channels * width;
    if (png_get_rowbytes(png, header) != row) fail(png, source, CIMG_DAMAGED, "its rows have an unexpected length");

    if (transparent) {
        source->rgba_count = interlaced ? row * height : row;
        source->rgba = calloc(source->rgba_count, 1);
        if (!source->rgba) fail(png, source, CIMG_NO_MEMORY, "there is not enough memory");
    }
    if (interlaced) {
        uint8_t *target = transparent ? source->rgba : source->out;
        if (!transparent) memset(target, 0, row * height);
        for (int pass = 0; pass < 7; pass++) {
            for (size_t y = 0; y < height; y++) png_read_row(png, target + y * row, NULL);
        }
        if (transparent) cimg_composite(source->rgba, (size_t)width * height, source->out);
    } else {
        for (size_t y = 0; y < height; y++) {
            uint8_t *target = source->out + y * width * 3;
            png_read_row(png, transparent ? source->rgba : target, NULL);
            if (transparent) cimg_composite(source->rgba, width, target);
        }
    }
    png_read_end(png, NULL);  // proves that the picture is whole: IEND is there
}

static void read_guarded(png_structp png, png_infop header, reader *source) {
    if (setjmp(png_jmpbuf(png))) return;
    read_picture(png, header, source);
}

cimg_status cimg_png_decode(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                            cimg_report report) {
    reader source = {.bytes = bytes, .count = count, .info = info, .out = out, .report = report};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    if (header) {
        read_guarded(png, header, &source);
    } else if (source.status == CIMG_OK) {
        source.status = cimg_fail(report, CIMG_NO_MEMORY, "libpng could not be started");
    }
    png_destroy_read_struct(&png, &header, NULL);
    free(source.rgba);
    return source.status;
}
