// SPDX-License-Identifier: Apache-2.0

#include "Internal.h"

// TIFF 6.0: a byte order mark, 42, the offset of the first directory; a directory is a count and 12-byte entries
// (tag, type, count, value). Only the first directory is read, so a loop of directories cannot trap us.
int32_t cimg_exif_orientation(const uint8_t *tiff, size_t count) {
    if (count < 8) return 0;
    bool little;
    if (memcmp(tiff, "II*\0", 4) == 0) {
        little = true;
    } else if (memcmp(tiff, "MM\0*", 4) == 0) {
        little = false;
    } else {
        return 0;
    }
    size_t directory = little ? cimg_little32(tiff + 4) : cimg_big32(tiff + 4);
    if (directory > count - 2) return 0;
    size_t entries = little ? cimg_little16(tiff + directory) : cimg_big16(tiff + directory);
    size_t room = (count - directory - 2) / 12;
    if (entries > room) entries = room;
    const uint8_t *entry = tiff + directory + 2;
    for (size_t i = 0; i < entries; i++, entry += 12) {
        uint32_t tag = little ? cimg_little16(entry) : cimg_big16(entry);
        if (tag != 0x0112) continue;
        uint32_t type = little ? cimg_little16(entry + 2) : cimg_big16(entry + 2);
        uint32_t value;
        if (type == 3) {  // SHORT, as the standard asks
            value = little ? cimg_little16(entry + 8) : cimg_big16(entry + 8);
        } else if (type == 4) {  // LONG, as some writers do
            value = little ? cimg_little32(entry + 8) : cimg_big32(entry + 8);
        } else {
            return 0;
        }
        return value >= 1 && value <= 8 ? (int32_t)value : 0;
    }
    return 0;
}
