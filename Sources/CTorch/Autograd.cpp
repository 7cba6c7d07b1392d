// SPDX-License-Identifier: Apache-2.0
// Gradients, autocast, and what changes tensors in place.

#include "Boundary.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <ATen/autocast_mode.h>
#pragma clang diagnostic pop

using namespace ctorch;

bool ctorch_requires_grad(Borrowed a) { return value(false, [&] { return a->value.requires_grad(); }); }
int32_t ctorch_backward(Borrowed a) { return status([&] { a->value.backward(); }); }
int32_t ctorch_clear_grad(Borrowed a) { return status([&] { a->value.mutable_grad().reset(); }); }

int32_t ctorch_set_requires_grad(Borrowed a, bool requires_grad) {
    return status([&] { a->value.set_requires_grad(requires_grad); });
}

int32_t ctorch_grad(Borrowed a, Owned *out) {
    *out = nullptr;
    return status([&] {
        const auto &gradient = a->value.grad();
        if (gradient.defined()) *out = new CTorchTensor{gradient};
    });
}

bool ctorch_set_grad_enabled(bool enabled) {
    return value(true, [&] {
        bool previous = at::GradMode::is_enabled();
        at::GradMode::set_enabled(enabled);
        return previous;
    });
}

int32_t ctorch_set_autocast_bfloat16(ctorch_device device, bool enabled) {
    return status([&] {
        auto type = ctorch::device(device).type();
        at::autocast::set_autocast_dtype(type, at::kBFloat16);
        at::autocast::set_autocast_enabled(type, enabled);
        at::autocast::clear_cache();
    });
}

int32_t ctorch_copy_in_place(Borrowed target, Borrowed source) {
    return unrecorded([&] { target->value.copy_(source->value); });
}

int32_t ctorch_clamp_in_place(Borrowed target, double low, double high) {
    return unrecorded([&] { target->value.clamp_(low, high); });
}

int32_t ctorch_lerp_in_place(ctorch_list targets, ctorch_list sources, int64_t count, double weight) {
    return unrecorded([&] { at::_foreach_lerp_(list(targets, count), list(sources, count), weight); });
}

int32_t ctorch_adamw_step(ctorch_list parameters, ctorch_list gradients, ctorch_list first_moments,
                          ctorch_list second_moments, ctorch_list steps, int64_t count, Borrowed gradient_scale,
                          double learning_rate, double beta1, double beta2, double epsilon, double weight_decay) {
    return unrecorded([&] {
        // The fused kernel trusts its lists.
        for (int64_t i = 0; i < count; i++) {
            const auto shape = parameters[i]->value.sizes();
            for (const auto *other : {gradients[i], first_moments[i], second_moments[i]}) {
                TORCH_CHECK(other->value.sizes() == shape, "shapes ", other->value.sizes(), " and ", shape, " differ");
            }
        }
        auto counters = list(steps, count);
        for (auto &counter : counters) counter.add_(1);
        at::_fused_adamw_(list(parameters, count), list(gradients, count), list(first_moments, count),
                          list(second_moments, count), {}, counters, learning_rate, beta1, beta2, weight_decay,
                          epsilon, false, false, optional(gradient_scale), {});
    });
}
