// SPDX-License-Identifier: Apache-2.0

#include "Internal.h"

// TIFF 6.0: a byte order mark, 42, the offset of the first directory; a directory is a count and 12-byte entries
// (tag, type, count, value). Only the first directory is read, so a loop of directories cannot trap us.
int32_t cimg_exif_orientation(const uint8_t *tiff, size_t count) {
    if (count < 8) return 0;
    bool little = memcmp(tiff, "II*\0", 4) == 0;
    if (!little && memcmp(tiff, "MM\0*", 4) != 0) return 0;
    uint32_t (*read16)(const uint8_t *) = little ? cimg_little16 : cimg_big16;
    uint32_t (*read32)(const uint8_t *) = little ? cimg_little32 : cimg_big32;
    size_t directory = read32(tiff + 4);
    if (directory > count - 2) return 0;
    size_t entries = read16(tiff + directory);
    size_t room = (count - directory - 2) / 12;
    if (entries > room) entries = room;
    const uint8_t *entry = tiff + directory + 2;
    for (size_t i = 0; i < entries; i++, entry += 12) {
        if (read16(entry) != 0x0112) continue;
        uint32_t type = read16(entry + 2);
        if (type != 3 && type != 4) return 0;
        // SHORT, as the standard asks, or LONG, as some writers do.
        uint32_t value = type == 3 ? read16(entry + 8) : read32(entry + 8);
        return value >= 1 && value <= 8 ? (int32_t)value : 0;
    }
    return 0;
}
