// SPDX-License-Identifier: Apache-2.0
// Arithmetic, shapes and the layers' operations.

#include "Boundary.hpp"

using ctorch::status;
using ctorch::tensor;

CTorchTensor *ctorch_add(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return a->value + b->value; });
}

CTorchTensor *ctorch_subtract(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return a->value - b->value; });
}

CTorchTensor *ctorch_multiply(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return a->value * b->value; });
}

CTorchTensor *ctorch_divide(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return a->value / b->value; });
}

CTorchTensor *ctorch_exp(const CTorchTensor *a) {
    return tensor([&] { return a->value.exp(); });
}

CTorchTensor *ctorch_log(const CTorchTensor *a) {
    return tensor([&] { return a->value.log(); });
}

CTorchTensor *ctorch_affine(const CTorchTensor *a, double scale, double shift) {
    return tensor([&] { return a->value * scale + shift; });
}

CTorchTensor *ctorch_power(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return at::pow(a->value, b->value); });
}

CTorchTensor *ctorch_clamp(const CTorchTensor *a, double low, double high) {
    return tensor([&] { return a->value.clamp(low, high); });
}

CTorchTensor *ctorch_greater(const CTorchTensor *a, double threshold) {
    return tensor([&] { return (a->value > threshold).to(a->value.scalar_type()); });
}

CTorchTensor *ctorch_sigmoid(const CTorchTensor *a) {
    return tensor([&] { return a->value.sigmoid(); });
}

CTorchTensor *ctorch_log_sigmoid(const CTorchTensor *a) {
    return tensor([&] { return at::log_sigmoid(a->value); });
}

CTorchTensor *ctorch_log_sum_exp(const CTorchTensor *a, int64_t dimension) {
    return tensor([&] { return a->value.logsumexp(at::IntArrayRef{dimension}, true); });
}

CTorchTensor *ctorch_sum(const CTorchTensor *a) {
    return tensor([&] { return a->value.sum(); });
}

CTorchTensor *ctorch_sum_dim(const CTorchTensor *a, int64_t dimension) {
    return tensor([&] { return a->value.sum(at::IntArrayRef{dimension}); });
}

CTorchTensor *ctorch_normalize(const CTorchTensor *a) {
    return tensor([&] { return a->value / a->value.norm(2, at::IntArrayRef{-1}, true).clamp_min(1e-12); });
}

CTorchTensor *ctorch_bce_with_logits_sum(const CTorchTensor *logits, const CTorchTensor *targets,
                                         const CTorchTensor *weights, const CTorchTensor *positive_weights) {
    return tensor([&] {
        return at::binary_cross_entropy_with_logits(
            logits->value, targets->value, weights->value,
            positive_weights ? std::optional<at::Tensor>(positive_weights->value) : std::nullopt, at::Reduction::Sum);
    });
}

CTorchTensor *ctorch_cross_entropy(const CTorchTensor *logits, const CTorchTensor *targets) {
    return tensor([&] { return at::cross_entropy_loss(logits->value, targets->value); });
}

int32_t ctorch_all_finite(const CTorchTensor *a, bool *out) {
    return status([&] {
        at::NoGradGuard guard;
        // The sum in float64 is finite exactly when every float32 element is: one pass and no mask to store.
        *out = std::isfinite(a->value.sum(at::kDouble).item<double>());
    });
}

int32_t ctorch_square_sum(const CTorchTensor *a, double *out) {
    return status([&] {
        at::NoGradGuard guard;
        // In float32, as PyTorch's own clipping: a norm in float64 would first convert every element.
        double norm = a->value.norm().item<double>();
        *out = norm * norm;
    });
}

CTorchTensor *ctorch_reshape(const CTorchTensor *a, const int64_t *shape, int32_t rank) {
    return tensor([&] { return a->value.reshape(at::IntArrayRef(shape, rank)); });
}

CTorchTensor *ctorch_expand(const CTorchTensor *a, const int64_t *shape, int32_t rank) {
    return tensor([&] { return a->value.expand(at::IntArrayRef(shape, rank)); });
}

CTorchTensor *ctorch_transpose(const CTorchTensor *a, int64_t first, int64_t second) {
    return tensor([&] { return a->value.transpose(first, second); });
}

CTorchTensor *ctorch_narrow(const CTorchTensor *a, int64_t dimension, int64_t start, int64_t length) {
    return tensor([&] { return a->value.narrow(dimension, start, length); });
}

CTorchTensor *ctorch_cat(const CTorchTensor *const *tensors, int64_t count, int64_t dimension) {
    return tensor([&] { return at::cat(ctorch::list(tensors, count), dimension); });
}

CTorchTensor *ctorch_index_select(const CTorchTensor *a, int64_t dimension, const CTorchTensor *indices) {
    return tensor([&] { return a->value.index_select(dimension, indices->value); });
}

CTorchTensor *ctorch_scatter_sum(const CTorchTensor *a, const CTorchTensor *indices, int64_t rows) {
    return tensor([&] {
        auto zeros = at::zeros({rows, a->value.size(1)}, a->value.options());
        return zeros.index_add(0, indices->value, a->value);
    });
}

CTorchTensor *ctorch_matmul(const CTorchTensor *a, const CTorchTensor *b) {
    return tensor([&] { return a->value.matmul(b->value); });
}

CTorchTensor *ctorch_linear(const CTorchTensor *x, const CTorchTensor *weight, const CTorchTensor *bias) {
    return tensor([&] {
        return at::linear(x->value, weight->value, bias ? std::optional<at::Tensor>(bias->value) : std::nullopt);
    });
}

CTorchTensor *ctorch_layer_norm(const CTorchTensor *x, const CTorchTensor *weight, const CTorchTensor *bias,
                                double epsilon) {
    return tensor([&] {
        return at::layer_norm(x->value, {x->value.size(-1)}, weight->value, bias->value, epsilon);
    });
}

CTorchTensor *ctorch_embedding(const CTorchTensor *weight, const CTorchTensor *indices) {
    return tensor([&] { return at::embedding(weight->value, indices->value); });
}

CTorchTensor *ctorch_conv2d(const CTorchTensor *x, const CTorchTensor *weight, int64_t stride) {
    return tensor([&] { return at::conv2d(x->value, weight->value, {}, {stride, stride}); });
}

CTorchTensor *ctorch_quick_gelu(const CTorchTensor *x) {
    // x·σ(1.702x) as silu(1.702x)/1.702: one fused kernel forward and one backward.
    return tensor([&] { return at::silu(x->value * 1.702) * (1 / 1.702); });
}

CTorchTensor *ctorch_gelu(const CTorchTensor *x, bool tanh_approximation) {
    return tensor([&] { return at::gelu(x->value, tanh_approximation ? "tanh" : "none"); });
}

CTorchTensor *ctorch_silu(const CTorchTensor *x) {
    return tensor([&] { return at::silu(x->value); });
}

CTorchTensor *ctorch_relu(const CTorchTensor *x) {
    return tensor([&] { return at::relu(x->value); });
}

CTorchTensor *ctorch_attention(const CTorchTensor *query, const CTorchTensor *key, const CTorchTensor *value,
                               const CTorchTensor *mask) {
    return tensor([&] {
        return at::scaled_dot_product_attention(query->value, key->value, value->value,
                                                mask ? std::optional<at::Tensor>(mask->value) : std::nullopt);
    });
}
