// SPDX-License-Identifier: Apache-2.0

#include "Internal.h"

#include <turbojpeg.h>

enum { SIDE_LIMIT = 65500 };

size_t cimg_jpeg_bound(int32_t width, int32_t height) {
    if (width < 1 || height < 1 || width > SIDE_LIMIT || height > SIDE_LIMIT) return 0;
    unsigned long bound = tjBufSize(width, height, TJSAMP_420);
    return bound == (unsigned long)-1 ? 0 : bound;
}

cimg_status cimg_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, uint8_t *out,
                             size_t out_capacity, size_t *out_count, char *message, size_t message_capacity) {
    cimg_report report = {message, message_capacity};
    if (out_capacity < cimg_jpeg_bound(width, height)) {
        return cimg_fail(report, CIMG_NO_MEMORY, "there is no room for %d x %d pixels", width, height);
    }
    tjhandle encoder = tjInitCompress();
    if (!encoder) return cimg_fail(report, CIMG_NO_MEMORY, "no encoder");
    unsigned char *target = out;
    unsigned long size = out_capacity;
    int failed = tjCompress2(encoder, pixels, width, 0, height, TJPF_RGB, &target, &size, TJSAMP_420, quality,
                             TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
    cimg_status status = CIMG_OK;
    if (failed) status = cimg_fail(report, CIMG_DAMAGED, "%s", tjGetErrorStr2(encoder));
    *out_count = failed ? 0 : size;
    tjDestroy(encoder);
    return status;
}
