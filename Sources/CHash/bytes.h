// SPDX-License-Identifier: Apache-2.0

// What both hashes share: big-endian words, rotation, and the padding of FIPS 180-4 §5.1.1.

#ifndef CHASH_BYTES_H
#define CHASH_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t load_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static inline void store_big_endian(uint8_t *bytes, uint32_t word) {
    bytes[0] = (uint8_t)(word >> 24);
    bytes[1] = (uint8_t)(word >> 16);
    bytes[2] = (uint8_t)(word >> 8);
    bytes[3] = (uint8_t)word;
}

static inline uint32_t rotate_left(uint32_t word, int bits) {
    return word << bits | word >> (32 - bits);
}

static inline uint32_t rotate_right(uint32_t word, int bits) {
    return word >> bits | word << (32 - bits);
}

// Fills `tail` (128 bytes) with the last, unfinished block, the bit 1, zeros and the length in bits.
// Returns how many blocks of 64 bytes that makes: 1 or 2.
static inline size_t pad_message(uint8_t *tail, const uint8_t *block, uint64_t length) {
    size_t held = length % 64;
    size_t blocks = held < 56 ? 1 : 2;
    memset(tail, 0, 128);
    memcpy(tail, block, held);
    tail[held] = 0x80;
    store_big_endian(tail + 64 * blocks - 8, (uint32_t)(length >> 29));
    store_big_endian(tail + 64 * blocks - 4, (uint32_t)(length << 3));
    return blocks;
}

#endif
