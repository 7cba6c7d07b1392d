// SPDX-License-Identifier: Apache-2.0
// Resampling of 8-bit pictures: the operation behind torchvision's, and so transformers', resize.

#include "Boundary.hpp"

#include <dlfcn.h>

namespace {

/// Keeps an operation on the calling thread. Pictures are decoded on several threads already, and each would otherwise
/// start an OpenMP team of its own. The setting belongs to the thread; OpenMP comes with libtorch, hence the look-up.
class OneThread {
  public:
    OneThread() {
        if (get && set) {
            before = get();
            set(1);
        }
    }
    ~OneThread() {
        if (get && set) set(before);
    }

  private:
    static inline int (*const get)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    static inline void (*const set)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    int before = 1;
};

}  // namespace

int32_t ctorch_resize_rgb8(const uint8_t *pixels, int64_t height, int64_t width, uint8_t *out, int64_t out_height,
                           int64_t out_width, int32_t mode) {
    return ctorch::status([&] {
        c10::InferenceMode guard;
        OneThread one;
        auto source = at::from_blob(const_cast<uint8_t *>(pixels), {height, width, 3}, at::kByte)
                          .permute({2, 0, 1})
                          .unsqueeze(0);
        at::Tensor result;
        if (mode == 3) {
            result = at::_upsample_bicubic2d_aa(source, {out_height, out_width}, false);
        } else {
            result = at::_upsample_bilinear2d_aa(source, {out_height, out_width}, false);
        }
        auto rows = result.squeeze(0).permute({1, 2, 0}).contiguous();
        std::memcpy(out, rows.const_data_ptr(), static_cast<size_t>(out_height * out_width * 3));
    });
}
