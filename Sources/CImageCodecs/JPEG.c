// SPDX-License-Identifier: Apache-2.0
// JPEG: the header by hand (TurboJPEG does not tell the orientation, and refuses the headers of odd samplings that it
// decodes well), the pixels by TurboJPEG.

#include "Internal.h"

#include <stdlib.h>
#include <turbojpeg.h>

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, TEM = 0x01 };

/// Finds the next marker from `*at` on, over garbage and fill bytes as libjpeg does; 0 where there is none.
static int next_marker(const uint8_t *bytes, size_t count, size_t *at) {
    size_t i = *at;
    while (i < count) {
        const uint8_t *mark = memchr(bytes + i, 0xff, count - i);
        if (!mark) break;
        i = (size_t)(mark - bytes) + 1;
        while (i < count && bytes[i] == 0xff) i++;
        if (i < count && bytes[i++] != 0) {
            *at = i;
            return bytes[i - 1];
        }
    }
    *at = count;
    return 0;
}

static bool stands_alone(int marker) { return marker == TEM || (marker >= 0xd0 && marker <= 0xd7); }

static bool is_frame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

// A progressive picture has about ten scans. One of thousands asks for minutes of work in a few kilobytes, and is refused
// before memory is taken for it; so is a large one of many: its scans go over all of its pixels.
enum { MAXIMUM_SCANS = 100 };
static const int64_t MAXIMUM_SCANNED_PIXELS = INT64_C(4000000000);

/// The number of scans, the first one's header being at `at`; counting ends one beyond the maximum.
static int count_scans(const uint8_t *bytes, size_t count, size_t at) {
    int scans = 1;
    while (scans <= MAXIMUM_SCANS) {
        if (count - at < 2) break;
        size_t length = cimg_big16(bytes + at);
        if (length < 2 || length > count - at) break;
        at += length;
        int marker;
        do marker = next_marker(bytes, count, &at);
        while (stands_alone(marker));
        if (marker == 0 || marker == EOI) break;
        if (marker == SOS) scans++;
    }
    return scans;
}

cimg_status cimg_jpeg_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report) {
    size_t at = 2;  // after SOI
    bool sized = false;
    bool oriented = false;
    bool progressive = false;
    for (;;) {
        int marker = next_marker(bytes, count, &at);
        if (marker == 0) return cimg_fail(report, CIMG_TRUNCATED, "it ends inside its header");
        if (marker == SOI || marker == EOI) return cimg_fail(report, CIMG_DAMAGED, "it has no picture data");
        if (stands_alone(marker)) continue;
        if (count - at < 2) return cimg_fail(report, CIMG_TRUNCATED, "it ends inside its header");
        size_t length = cimg_big16(bytes + at);
        if (length < 2) return cimg_fail(report, CIMG_DAMAGED, "marker %02x has the length %zu", marker, length);
        if (marker == SOS) break;
        if (length > count - at) return cimg_fail(report, CIMG_TRUNCATED, "it ends inside its header");
        const uint8_t *body = bytes + at + 2;
        size_t size = length - 2;
        if (is_frame(marker)) {
            if (sized) return cimg_fail(report, CIMG_DAMAGED, "it has two frame headers");
            if (size < 6) return cimg_fail(report, CIMG_DAMAGED, "its frame header is too short");
            info->height = cimg_big16(body + 1);
            info->width = cimg_big16(body + 3);
            info->channels = body[5];
            sized = true;
            progressive = (marker & 3) == 2;  // C2, C6, CA, CE
        } else if (marker == APP1 && !oriented && size >= 6 && memcmp(body, "Exif\0", 5) == 0) {
            int32_t orientation = cimg_exif_orientation(body + 6, size - 6);
            if (orientation) info->orientation = orientation;
            oriented = true;
        }
        at += length;
    }
    if (!sized) return cimg_fail(report, CIMG_DAMAGED, "it has no frame header");
    int scans = count_scans(bytes, count, at);
    if (scans > MAXIMUM_SCANS || scans > MAXIMUM_SCANNED_PIXELS / (info->width * info->height + 1) + 3) {
        return cimg_fail(report, CIMG_DAMAGED, "it has too many scans for its size");
    }
    info->progressive = progressive || scans > 1;
    if (info->channels != 1 && info->channels != 3 && info->channels != 4) {
        return cimg_fail(report, CIMG_DAMAGED, "it has %d colour components, not 1, 3 or 4", info->channels);
    }
    return CIMG_OK;
}

bool cimg_jpeg_reaches_end(const uint8_t *bytes, size_t count) {
    size_t at = 2;
    for (;;) {
        int marker = next_marker(bytes, count, &at);
        if (marker == 0) return false;
        if (marker == EOI) return true;
        if (stands_alone(marker)) continue;
        if (count - at < 2) return false;
        size_t length = cimg_big16(bytes + at);
        if (length < 2 || length > count - at) return false;
        // After a scan's header come its entropy-coded bytes, in which next_marker finds the next marker too:
        // there 0xff is always followed by 0 or a restart.
        at += length;
    }
}

/// Warnings that say nothing about the pixels. The library keeps the first warning of a picture only, so one of these
/// may hide a cut-off end, which is why it is then looked for separately.
static bool is_harmless(const char *warning) {
    return strstr(warning, "extraneous bytes before marker") || strstr(warning, "JFIF revision")
        || strstr(warning, "Adobe color transform");
}

static uint32_t rounded255(uint32_t value) {  // round(value / 255) as Pillow does
    value += 128;
    return (value + (value >> 8)) >> 8;
}

/// CMYK to RGB in place, four bytes a pixel to three, by Pillow's rule: the samples are taken as inverted, which is
/// what Adobe's programs write, and the inks are multiplied without a colour profile.
static void cmyk_to_rgb(const uint8_t *cmyk, size_t pixels, uint8_t *out) {
    for (size_t i = 0; i < pixels; i++, cmyk += 4, out += 3) {
        int32_t paper = cmyk[3];  // 255 - black
        for (int c = 0; c < 3; c++) {
            int32_t value = paper - (int32_t)rounded255((uint32_t)(255 - cmyk[c]) * (uint32_t)paper);
            out[c] = (uint8_t)(value < 0 ? 0 : value);
        }
    }
}

static cimg_status decompress(tjhandle decoder, const uint8_t *bytes, size_t count, int width, int height, int format,
                              uint8_t *out, cimg_report report) {
    // LIMITSCANS: a progressive picture of a few kilobytes may otherwise ask for minutes of work.
    int flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;
    int failed = tjDecompress2(decoder, bytes, (unsigned long)count, out, width, width * tjPixelSize[format], height,
                               format, flags);
    if (!failed) return CIMG_OK;
    const char *reason = tjGetErrorStr2(decoder);
    bool warning = tjGetErrorCode(decoder) == TJERR_WARNING;
    bool ends = cimg_jpeg_reaches_end(bytes, count);
    if (warning && ends && is_harmless(reason)) return CIMG_OK;
    return cimg_fail(report, ends ? CIMG_DAMAGED : CIMG_TRUNCATED, "%s", reason);
}

cimg_status cimg_jpeg_decode(const uint8_t *bytes, size_t count, const cimg_info *info, int32_t denominator,
                             uint8_t *out, cimg_report report) {
    int width = (int)cimg_scaled(info->width, denominator);
    int height = (int)cimg_scaled(info->height, denominator);
    size_t pixels = (size_t)width * (size_t)height;
    tjhandle decoder = tjInitDecompress();
    if (!decoder) return cimg_fail(report, CIMG_NO_MEMORY, "there is not enough memory");
    cimg_status status;
    if (info->channels == 4) {
        uint8_t *cmyk = calloc(pixels, 4);
        if (cmyk) {
            status = decompress(decoder, bytes, count, width, height, TJPF_CMYK, cmyk, report);
            cmyk_to_rgb(cmyk, pixels, out);
            free(cmyk);
        } else {
            status = cimg_fail(report, CIMG_NO_MEMORY, "there is not enough memory");
        }
    } else {
        memset(out, 0, pixels * 3);
        status = decompress(decoder, bytes, count, width, height, TJPF_RGB, out, report);
    }
    tjDestroy(decoder);
    return status;
}
