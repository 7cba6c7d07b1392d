// SPDX-License-Identifier: Apache-2.0
// Gradients, autocast, and what changes tensors in place.

#include "Boundary.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <ATen/autocast_mode.h>
#pragma clang diagnostic pop

using ctorch::status;
using ctorch::tensor;

bool ctorch_requires_grad(const CTorchTensor *tensor) {
    bool result = false;
    ctorch::guarded([&] { result = tensor->value.requires_grad(); });
    return result;
}

int32_t ctorch_set_requires_grad(const CTorchTensor *tensor, bool requires_grad) {
    return status([&] { tensor->value.set_requires_grad(requires_grad); });
}

int32_t ctorch_backward(const CTorchTensor *tensor) {
    return status([&] { tensor->value.backward(); });
}

int32_t ctorch_grad(const CTorchTensor *a, CTorchTensor **out) {
    *out = nullptr;
    return status([&] {
        const auto &gradient = a->value.grad();
        if (gradient.defined()) *out = new CTorchTensor{gradient};
    });
}

int32_t ctorch_clear_grad(const CTorchTensor *tensor) {
    return status([&] { tensor->value.mutable_grad().reset(); });
}

bool ctorch_set_grad_enabled(bool enabled) {
    bool previous = true;
    ctorch::guarded([&] {
        previous = at::GradMode::is_enabled();
        at::GradMode::set_enabled(enabled);
    });
    return previous;
}

int32_t ctorch_set_autocast_bfloat16(ctorch_device device, bool enabled) {
    return status([&] {
        auto type = ctorch::device(device).type();
        at::autocast::set_autocast_dtype(type, at::kBFloat16);
        at::autocast::set_autocast_enabled(type, enabled);
        at::autocast::clear_cache();
    });
}

int32_t ctorch_copy_in_place(const CTorchTensor *target, const CTorchTensor *source) {
    return status([&] {
        at::NoGradGuard guard;
        target->value.copy_(source->value);
    });
}

int32_t ctorch_clamp_in_place(const CTorchTensor *target, double low, double high) {
    return status([&] {
        at::NoGradGuard guard;
        target->value.clamp_(low, high);
    });
}

int32_t ctorch_adamw_step(const CTorchTensor *const *parameters, const CTorchTensor *const *gradients,
                          const CTorchTensor *const *first_moments, const CTorchTensor *const *second_moments,
                          const CTorchTensor *const *steps, int64_t count, const CTorchTensor *gradient_scale,
                          double learning_rate, double beta1, double beta2, double epsilon, double weight_decay) {
    return status([&] {
        at::NoGradGuard guard;
        // The fused kernel trusts its lists.
        for (int64_t i = 0; i < count; i++) {
            const auto shape = parameters[i]->value.sizes();
            for (const auto *other : {gradients[i], first_moments[i], second_moments[i]}) {
                TORCH_CHECK(other->value.sizes() == shape, "shapes ", other->value.sizes(), " and ", shape, " differ");
            }
        }
        auto counters = ctorch::list(steps, count);
        for (auto &counter : counters) counter.add_(1);
        at::_fused_adamw_(ctorch::list(parameters, count), ctorch::list(gradients, count),
                          ctorch::list(first_moments, count), ctorch::list(second_moments, count), {}, counters,
                          learning_rate, beta1, beta2, weight_decay, epsilon, false, false,
                          gradient_scale ? std::optional<at::Tensor>(gradient_scale->value) : std::nullopt, {});
    });
}
