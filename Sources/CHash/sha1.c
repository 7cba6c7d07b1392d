// SPDX-License-Identifier: Apache-2.0

// SHA-1 only names git's objects here (small files), so it stays portable C.

#include "chash.h"
#include "bytes.h"

#include <string.h>

static void compress(uint32_t state[5], const uint8_t *bytes, size_t blocks) {
    for (; blocks > 0; blocks--, bytes += 64) {
        uint32_t w[80];
        for (int i = 0; i < 16; i++) {
            w[i] = load_big_endian(bytes + 4 * i);
        }
        for (int i = 16; i < 80; i++) {
            w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (int i = 0; i < 80; i++) {
            uint32_t mix, constant;
            if (i < 20) {
                mix = d ^ (b & (c ^ d));
                constant = 0x5a827999;
            } else if (i < 40) {
                mix = b ^ c ^ d;
                constant = 0x6ed9eba1;
            } else if (i < 60) {
                mix = (b & c) | (d & (b | c));
                constant = 0x8f1bbcdc;
            } else {
                mix = b ^ c ^ d;
                constant = 0xca62c1d6;
            }
            uint32_t next = rotate_left(a, 5) + mix + e + constant + w[i];
            e = d;
            d = c;
            c = rotate_left(b, 30);
            b = a;
            a = next;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}

void chash_sha1_init(chash_sha1 *context) {
    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    memset(context, 0, sizeof *context);
    memcpy(context->state, start, sizeof start);
}

void chash_sha1_update(chash_sha1 *context, const void *data, size_t count) {
    const uint8_t *bytes = data;
    size_t held = context->length % 64;
    context->length += count;
    if (held > 0) {
        size_t taken = count < 64 - held ? count : 64 - held;
        if (taken > 0) {
            memcpy(context->block + held, bytes, taken);
        }
        if (held + taken < 64) {
            return;
        }
        compress(context->state, context->block, 1);
        bytes += taken;
        count -= taken;
    }
    if (count >= 64) {
        compress(context->state, bytes, count / 64);
    }
    if (count % 64 > 0) {
        memcpy(context->block, bytes + count / 64 * 64, count % 64);
    }
}

void chash_sha1_final(chash_sha1 *context, uint8_t *digest) {
    uint8_t tail[128];
    size_t blocks = pad_message(tail, context->block, context->length);
    compress(context->state, tail, blocks);
    for (int i = 0; i < 5; i++) {
        store_big_endian(digest + 4 * i, context->state[i]);
    }
}
