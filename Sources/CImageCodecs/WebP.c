// SPDX-License-Identifier: Apache-2.0

#include "Internal.h"

#include <stdlib.h>
#include <webp/decode.h>
#include <webp/demux.h>

static cimg_status failure(cimg_report report, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return cimg_fail(report, CIMG_NO_MEMORY, "there is not enough memory");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: return cimg_fail(report, CIMG_TRUNCATED, "it ends inside the picture");
    case VP8_STATUS_UNSUPPORTED_FEATURE: return cimg_fail(report, CIMG_DAMAGED, "it uses an unknown feature");
    default: return cimg_fail(report, CIMG_DAMAGED, "its bit stream is broken");
    }
}

cimg_status cimg_webp_probe(const uint8_t *bytes, size_t count, cimg_info *info, cimg_report report) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(bytes, count, &features);
    if (code != VP8_STATUS_OK) return failure(report, code);
    info->width = features.width;
    info->height = features.height;
    size_t riff = cimg_little32(bytes + 4);
    if (riff > count - 8) return cimg_fail(report, CIMG_TRUNCATED, "its header announces %zu bytes", riff + 8);
    size_t at = 12, end = riff + 8;
    while (end >= at + 8) {
        size_t length = cimg_little32(bytes + at + 4);
        if (length > end - at - 8) break;
        if (memcmp(bytes + at, "EXIF", 4) == 0) {
            const uint8_t *body = bytes + at + 8;
            size_t skipped = length >= 6 && memcmp(body, "Exif\0", 5) == 0 ? 6 : 0;
            int32_t orientation = cimg_exif_orientation(body + skipped, length - skipped);
            if (orientation) info->orientation = orientation;
            break;
        }
        at += 8 + length + (length & 1);  // chunks are padded to an even length
    }
    return CIMG_OK;
}

static cimg_status decode_still(const uint8_t *bytes, size_t count, const cimg_info *info, bool transparent,
                                uint8_t *out, cimg_report report) {
    size_t pixels = (size_t)info->width * (size_t)info->height;
    uint8_t *rgba = transparent ? malloc(pixels * 4) : NULL;
    if (transparent && !rgba) return cimg_fail(report, CIMG_NO_MEMORY, "there is not enough memory");
    WebPDecoderConfig config;
    VP8StatusCode code = VP8_STATUS_INVALID_PARAM;
    if (WebPInitDecoderConfig(&config)) {
        size_t channels = transparent ? 4 : 3;
        config.output.colorspace = transparent ? MODE_RGBA : MODE_RGB;
        config.output.is_external_memory = 1;
        config.output.u.RGBA.rgba = transparent ? rgba : out;
        config.output.u.RGBA.stride = (int)(channels * (size_t)info->width);
        config.output.u.RGBA.size = channels * pixels;
        code = WebPDecode(bytes, count, &config);
        WebPFreeDecBuffer(&config.output);
    }
    if (code == VP8_STATUS_OK && transparent) cimg_composite(rgba, pixels, out);
    free(rgba);
    return code == VP8_STATUS_OK ? CIMG_OK : failure(report, code);
}

/// The first frame, on its canvas, which is transparent elsewhere.
static cimg_status decode_animation(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                                    cimg_report report) {
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) return failure(report, VP8_STATUS_INVALID_PARAM);
    options.color_mode = MODE_RGBA;
    options.use_threads = 0;
    WebPData data = {bytes, count};
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
    if (!decoder) return cimg_fail(report, CIMG_DAMAGED, "its animation is broken or cut off");
    WebPAnimInfo canvas;
    uint8_t *rgba = NULL;
    int timestamp = 0;
    cimg_status status;
    if (WebPAnimDecoderGetInfo(decoder, &canvas) && canvas.canvas_width == (uint64_t)info->width
        && canvas.canvas_height == (uint64_t)info->height && WebPAnimDecoderGetNext(decoder, &rgba, &timestamp)) {
        cimg_composite(rgba, (size_t)info->width * (size_t)info->height, out);
        status = CIMG_OK;
    } else {
        status = cimg_fail(report, CIMG_DAMAGED, "the first frame of its animation is broken or cut off");
    }
    WebPAnimDecoderDelete(decoder);
    return status;
}

cimg_status cimg_webp_decode(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                             cimg_report report) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(bytes, count, &features);
    if (code != VP8_STATUS_OK) return failure(report, code);
    if (features.width != info->width || features.height != info->height) {
        return cimg_fail(report, CIMG_DAMAGED, "its header changed while it was read");
    }
    if (features.has_animation) return decode_animation(bytes, count, info, out, report);
    return decode_still(bytes, count, info, features.has_alpha != 0, out, report);
}
