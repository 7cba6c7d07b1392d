// SPDX-License-Identifier: Apache-2.0
// Arithmetic, shapes and the layers' operations.

#include "Boundary.hpp"

using namespace ctorch;

// MARK: Arithmetic

Owned ctorch_add(Borrowed a, Borrowed b) { return tensor([&] { return a->value + b->value; }); }
Owned ctorch_subtract(Borrowed a, Borrowed b) { return tensor([&] { return a->value - b->value; }); }
Owned ctorch_multiply(Borrowed a, Borrowed b) { return tensor([&] { return a->value * b->value; }); }
Owned ctorch_divide(Borrowed a, Borrowed b) { return tensor([&] { return a->value / b->value; }); }
Owned ctorch_exp(Borrowed a) { return tensor([&] { return a->value.exp(); }); }
Owned ctorch_log(Borrowed a) { return tensor([&] { return a->value.log(); }); }
Owned ctorch_affine(Borrowed a, double scale, double shift) { return tensor([&] { return a->value * scale + shift; }); }
Owned ctorch_power(Borrowed a, Borrowed b) { return tensor([&] { return at::pow(a->value, b->value); }); }
Owned ctorch_clamp(Borrowed a, double low, double high) { return tensor([&] { return a->value.clamp(low, high); }); }
Owned ctorch_sigmoid(Borrowed a) { return tensor([&] { return a->value.sigmoid(); }); }
Owned ctorch_log_sigmoid(Borrowed a) { return tensor([&] { return at::log_sigmoid(a->value); }); }
Owned ctorch_sum(Borrowed a) { return tensor([&] { return a->value.sum(); }); }

Owned ctorch_greater(Borrowed a, double threshold) {
    return tensor([&] { return (a->value > threshold).to(a->value.scalar_type()); });
}

Owned ctorch_log_sum_exp(Borrowed a, int64_t dimension) {
    return tensor([&] { return a->value.logsumexp(at::IntArrayRef{dimension}, true); });
}

Owned ctorch_sum_dim(Borrowed a, int64_t dimension) {
    return tensor([&] { return a->value.sum(at::IntArrayRef{dimension}); });
}

Owned ctorch_normalize(Borrowed a) {
    return tensor([&] { return a->value / a->value.norm(2, at::IntArrayRef{-1}, true).clamp_min(1e-12); });
}

Owned ctorch_bce_with_logits_sum(Borrowed logits, Borrowed targets, Borrowed weights, Borrowed positive_weights) {
    return tensor([&] {
        return at::binary_cross_entropy_with_logits(logits->value, targets->value, weights->value,
                                                    optional(positive_weights), at::Reduction::Sum);
    });
}

Owned ctorch_cross_entropy(Borrowed logits, Borrowed targets) {
    return tensor([&] { return at::cross_entropy_loss(logits->value, targets->value); });
}

int32_t ctorch_all_finite(Borrowed a, bool *out) {
    // NaN goes through both. A sum would first make a copy in float64, which is what loading a model then peaks at.
    return unrecorded([&] {
        *out = true;
        if (a->value.numel() == 0) return;
        auto [least, greatest] = at::aminmax(a->value.flatten());
        *out = std::isfinite(least.item<double>()) && std::isfinite(greatest.item<double>());
    });
}

int32_t ctorch_square_sum(Borrowed a, double *out) {
    // In float32, as PyTorch's own clipping: a norm in float64 would first convert every element.
    return unrecorded([&] {
        double norm = a->value.norm().item<double>();
        *out = norm * norm;
    });
}

// MARK: Shape

Owned ctorch_reshape(Borrowed a, const int64_t *shape, int32_t rank) {
    return tensor([&] { return a->value.reshape(at::IntArrayRef(shape, rank)); });
}

Owned ctorch_expand(Borrowed a, const int64_t *shape, int32_t rank) {
    return tensor([&] { return a->value.expand(at::IntArrayRef(shape, rank)); });
}

Owned ctorch_transpose(Borrowed a, int64_t first, int64_t second) {
    return tensor([&] { return a->value.transpose(first, second); });
}

Owned ctorch_narrow(Borrowed a, int64_t dimension, int64_t start, int64_t length) {
    return tensor([&] { return a->value.narrow(dimension, start, length); });
}

Owned ctorch_cat(ctorch_list tensors, int64_t count, int64_t dimension) {
    return tensor([&] { return at::cat(list(tensors, count), dimension); });
}

Owned ctorch_index_select(Borrowed a, int64_t dimension, Borrowed indices) {
    return tensor([&] { return a->value.index_select(dimension, indices->value); });
}

Owned ctorch_scatter_sum(Borrowed a, Borrowed indices, int64_t rows) {
    return tensor([&] {
        auto zeros = at::zeros({rows, a->value.size(1)}, a->value.options());
        return zeros.index_add(0, indices->value, a->value);
    });
}

// MARK: Neural networks

Owned ctorch_matmul(Borrowed a, Borrowed b) { return tensor([&] { return a->value.matmul(b->value); }); }
Owned ctorch_silu(Borrowed x) { return tensor([&] { return at::silu(x->value); }); }
Owned ctorch_relu(Borrowed x) { return tensor([&] { return at::relu(x->value); }); }

Owned ctorch_linear(Borrowed x, Borrowed weight, Borrowed bias) {
    return tensor([&] { return at::linear(x->value, weight->value, optional(bias)); });
}

Owned ctorch_layer_norm(Borrowed x, Borrowed weight, Borrowed bias, double epsilon) {
    return tensor([&] { return at::layer_norm(x->value, {x->value.size(-1)}, weight->value, bias->value, epsilon); });
}

Owned ctorch_embedding(Borrowed weight, Borrowed indices) {
    return tensor([&] { return at::embedding(weight->value, indices->value); });
}

Owned ctorch_conv2d(Borrowed x, Borrowed weight, int64_t stride) {
    return tensor([&] { return at::conv2d(x->value, weight->value, {}, {stride, stride}); });
}

Owned ctorch_quick_gelu(Borrowed x) {
    // x·σ(1.702x) as silu(1.702x)/1.702: one fused kernel forward and one backward.
    return tensor([&] { return at::silu(x->value * 1.702) * (1 / 1.702); });
}

Owned ctorch_gelu(Borrowed x, bool tanh_approximation) {
    return tensor([&] { return at::gelu(x->value, tanh_approximation ? "tanh" : "none"); });
}

Owned ctorch_attention(Borrowed query, Borrowed key, Borrowed value, Borrowed mask) {
    return tensor([&] {
        return at::scaled_dot_product_attention(query->value, key->value, value->value, optional(mask));
    });
}
