// SPDX-License-Identifier: Apache-2.0
// Nothing to declare: this target only carries libtorch's compiler and linker flags, which come from pkg-config.
