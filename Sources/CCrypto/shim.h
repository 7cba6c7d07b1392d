// SPDX-License-Identifier: Apache-2.0
// OpenSSL's hashes, which use the processor's SHA instructions where it has them.
#include <openssl/evp.h>
