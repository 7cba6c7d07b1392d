// SPDX-License-Identifier: Apache-2.0
// Running means of weights.

#include "Boundary.hpp"

using ctorch::status;

int32_t ctorch_lerp_in_place(const CTorchTensor *const *targets, const CTorchTensor *const *sources, int64_t count,
                             double weight) {
    return status([&] {
        at::NoGradGuard guard;
        at::_foreach_lerp_(ctorch::list(targets, count), ctorch::list(sources, count), weight);
    });
}
