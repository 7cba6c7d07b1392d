// SPDX-License-Identifier: Apache-2.0

// SHA-256 and SHA-1 (FIPS 180-4) over a stream of bytes. Plain values: copying a context copies the stream's state,
// so a digest may be taken in the middle. Nothing here allocates, fails, or keeps a pointer.

#ifndef CHASH_H
#define CHASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct chash_sha256 {
    uint32_t state[8];
    uint8_t block[64];   // bytes that do not fill a block yet
    uint64_t length;     // bytes seen so far
    uint32_t hardware;   // 1: the processor's SHA instructions are used
} chash_sha256;

typedef struct chash_sha1 {
    uint32_t state[5];
    uint8_t block[64];
    uint64_t length;
} chash_sha1;

// 1 where the processor has SHA-256 instructions that this build can use, else 0.
int chash_has_hardware_sha256(void);

// `hardware` asks for the processor's instructions; it is ignored where there are none.
void chash_sha256_init(chash_sha256 *_Nonnull context, int hardware);
void chash_sha256_update(chash_sha256 *_Nonnull context, const void *_Nullable bytes, size_t count);
// Writes 32 bytes; the context is spent.
void chash_sha256_final(chash_sha256 *_Nonnull context, uint8_t *_Nonnull digest);

void chash_sha1_init(chash_sha1 *_Nonnull context);
void chash_sha1_update(chash_sha1 *_Nonnull context, const void *_Nullable bytes, size_t count);
// Writes 20 bytes; the context is spent.
void chash_sha1_final(chash_sha1 *_Nonnull context, uint8_t *_Nonnull digest);

#ifdef __cplusplus
}
#endif

#endif
