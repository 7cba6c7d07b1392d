// SPDX-License-Identifier: Apache-2.0

#include "Internal.h"

#include <stdarg.h>
#include <stdio.h>

cimg_status cimg_fail(cimg_report report, cimg_status status, const char *format, ...) {
    if (report.capacity == 0) return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report.text, report.capacity, format, arguments);
    va_end(arguments);
    // The libraries quote bytes of the picture in their messages.
    for (char *c = report.text; *c; c++) {
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) *c = '?';
    }
    return status;
}

static bool starts(const uint8_t *bytes, size_t count, size_t offset, const char *magic, size_t length) {
    return count >= offset + length && memcmp(bytes + offset, magic, length) == 0;
}

// ISO base media: a first box "ftyp" whose brands tell what is inside.
static const char *iso_media(const uint8_t *bytes, size_t count) {
    size_t end = cimg_big32(bytes);
    if (end > count) end = count;
    if (end > 256) end = 256;
    for (size_t i = 8; i + 4 <= end; i += 4) {
        if (i == 12) continue;  // the minor version
        if (memcmp(bytes + i, "avif", 4) == 0 || memcmp(bytes + i, "avis", 4) == 0) return "AVIF";
    }
    for (size_t i = 8; i + 4 <= end; i += 4) {
        if (i == 12) continue;
        const char *const brands[] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"};
        for (size_t b = 0; b < sizeof brands / sizeof *brands; b++) {
            if (memcmp(bytes + i, brands[b], 4) == 0) return "HEIC";
        }
    }
    return "ISO media (a video?)";
}

static bool is_text(const uint8_t *bytes, size_t count) {
    size_t end = count < 512 ? count : 512;
    for (size_t i = 0; i < end; i++) {
        uint8_t c = bytes[i];
        if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b)) return false;
    }
    return true;
}

static const char *other_format(const uint8_t *bytes, size_t count) {
    static const struct {
        const char *magic;
        size_t length;
        const char *name;
    } known[] = {
        {"GIF87a", 6, "GIF"},
        {"GIF89a", 6, "GIF"},
        {"II*\0", 4, "TIFF"},
        {"MM\0*", 4, "TIFF"},
        {"II+\0", 4, "BigTIFF"},
        {"MM\0+", 4, "BigTIFF"},
        {"\xff\x0a", 2, "JPEG XL"},
        {"\0\0\0\x0cJXL \r\n\x87\n", 12, "JPEG XL"},
        {"\0\0\0\x0cjP  \r\n\x87\n", 12, "JPEG 2000"},
        {"\xff\x4f\xff\x51", 4, "JPEG 2000"},
        {"8BPS", 4, "Photoshop"},
        {"\0\0\1\0", 4, "ICO"},
        {"qoif", 4, "QOI"},
        {"DDS ", 4, "DDS"},
        {"\x76\x2f\x31\x01", 4, "OpenEXR"},
        {"%PDF-", 5, "PDF"},
        {"PK\3\4", 4, "ZIP"},
        {"\x1f\x8b", 2, "gzip"},
        {"\x93NUMPY", 6, "NumPy"},
        {"version https://git-lfs", 23, "Git LFS pointer (run `git lfs pull`)"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (starts(bytes, count, 0, known[i].magic, known[i].length)) return known[i].name;
    }
    if (starts(bytes, count, 0, "BM", 2) && count >= 14) return "BMP";
    if (starts(bytes, count, 0, "RIFF", 4)) return "RIFF, but not WebP";
    if (count >= 12 && starts(bytes, count, 4, "ftyp", 4)) return iso_media(bytes, count);
    if (count >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' && (bytes[2] == '\n' || bytes[2] == ' ')) {
        return "Netpbm";
    }
    size_t at = 0;
    if (starts(bytes, count, 0, "\xef\xbb\xbf", 3)) at = 3;
    while (at < count && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\n' || bytes[at] == '\r')) at++;
    if (at < count && is_text(bytes + at, count - at)) {
        if (starts(bytes, count, at, "<svg", 4)) return "SVG";
        if (starts(bytes, count, at, "<?xml", 5)) return "XML or SVG";
        if (bytes[at] == '<') return "HTML or XML";
        return "text";
    }
    return "unknown";
}

cimg_status cimg_probe(const uint8_t *bytes, size_t count, cimg_info *info, char *message, size_t message_capacity) {
    static const char png_signature[] = "\x89PNG\r\n\x1a\n";
    cimg_report report = {message, message_capacity};
    *info = (cimg_info){.format = CIMG_FORMAT_NONE, .orientation = 1};
    if (message_capacity > 0) message[0] = 0;
    if (count == 0) return cimg_fail(report, CIMG_TRUNCATED, "there are no bytes");
    cimg_status status;
    if (starts(bytes, count, 0, "\xff\xd8\xff", 3)) {
        info->format = CIMG_FORMAT_JPEG;
        status = cimg_jpeg_probe(bytes, count, info, report);
    } else if (starts(bytes, count, 0, png_signature, 8)) {
        info->format = CIMG_FORMAT_PNG;
        status = cimg_png_probe(bytes, count, info, report);
    } else if (starts(bytes, count, 0, "RIFF", 4) && starts(bytes, count, 8, "WEBP", 4)) {
        info->format = CIMG_FORMAT_WEBP;
        status = cimg_webp_probe(bytes, count, info, report);
    } else if (count < 8 && (memcmp(bytes, "\xff\xd8\xff", count < 3 ? count : 3) == 0
                             || memcmp(bytes, png_signature, count) == 0)) {
        return cimg_fail(report, CIMG_TRUNCATED, "it has %zu byte%s only", count, count == 1 ? "" : "s");
    } else {
        return cimg_fail(report, CIMG_UNSUPPORTED, "%s", other_format(bytes, count));
    }
    if (status == CIMG_OK && (info->width < 1 || info->height < 1)) {
        return cimg_fail(report, CIMG_DAMAGED, "its header gives the size %lld x %lld", (long long)info->width,
                         (long long)info->height);
    }
    return status;
}

int64_t cimg_scaled(int64_t side, int32_t denominator) { return (side + denominator - 1) / denominator; }

cimg_status cimg_decode(const uint8_t *bytes, size_t count, const cimg_info *info, int32_t denominator, uint8_t *out,
                        size_t out_count, char *message, size_t message_capacity) {
    cimg_report report = {message, message_capacity};
    if (message_capacity > 0) message[0] = 0;
    bool scales = info->format == CIMG_FORMAT_JPEG;
    bool known = denominator == 1 || (scales && (denominator == 2 || denominator == 4 || denominator == 8));
    if (!known) return cimg_fail(report, CIMG_DAMAGED, "it cannot be decoded at 1/%d", denominator);
    size_t width = (size_t)cimg_scaled(info->width, denominator);
    size_t height = (size_t)cimg_scaled(info->height, denominator);
    size_t needed;
    if (__builtin_mul_overflow(width, height, &needed) || __builtin_mul_overflow(needed, (size_t)3, &needed)
        || needed != out_count) {
        return cimg_fail(report, CIMG_DAMAGED, "its size does not match the room made for it");
    }
    switch (info->format) {
    case CIMG_FORMAT_JPEG: return cimg_jpeg_decode(bytes, count, info, denominator, out, report);
    case CIMG_FORMAT_PNG: return cimg_png_decode(bytes, count, info, out, report);
    case CIMG_FORMAT_WEBP: return cimg_webp_decode(bytes, count, info, out, report);
    default: return cimg_fail(report, CIMG_UNSUPPORTED, "unknown");
    }
}
