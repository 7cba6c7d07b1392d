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

/// A frame of an animation in its place on the canvas, which is white elsewhere, as transparency is.
static cimg_status decode_frame(const WebPIterator *frame, const cimg_info *info, uint8_t *out, cimg_report report) {
    int64_t right = (int64_t)frame->x_offset + frame->width, bottom = (int64_t)frame->y_offset + frame->height;
    if (frame->x_offset < 0 || frame->y_offset < 0 || right > info->width || bottom > info->height) {
        return cimg_fail(report, CIMG_DAMAGED, "its first frame lies outside its canvas");
    }
    int width, height;
    uint8_t *rgba = WebPDecodeRGBA(frame->fragment.bytes, frame->fragment.size, &width, &height);
    if (!rgba || width != frame->width || height != frame->height) {
        WebPFree(rgba);
        return cimg_fail(report, CIMG_DAMAGED, "the first frame of its animation is broken or cut off");
    }
    size_t row = (size_t)info->width * 3;
    memset(out, 255, row * (size_t)info->height);
    for (int y = 0; y < height; y++) {
        uint8_t *place = out + (size_t)(frame->y_offset + y) * row + (size_t)frame->x_offset * 3;
        cimg_composite(rgba + (size_t)y * (size_t)width * 4, (size_t)width, place);
    }
    WebPFree(rgba);
    return CIMG_OK;
}

/// The first frame of an animation. Others are not decoded, and no memory is taken for a canvas to draw them on.
static cimg_status decode_animation(const uint8_t *bytes, size_t count, const cimg_info *info, uint8_t *out,
                                    cimg_report report) {
    WebPData data = {bytes, count};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (!demuxer) return cimg_fail(report, CIMG_DAMAGED, "its animation is broken or cut off");
    WebPIterator frame;
    cimg_status status;
    if (WebPDemuxGetFrame(demuxer, 1, &frame)) {
        status = decode_frame(&frame, info, out, report);
        WebPDemuxReleaseIterator(&frame);
    } else {
        status = cimg_fail(report, CIMG_DAMAGED, "its animation has no frames");
    }
    WebPDemuxDelete(demuxer);
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
