// SPDX-License-Identifier: Apache-2.0
//
// libtorch behind C: only the operations this project uses, written by hand.
//
// Ownership. Every function that returns a `CTorchTensor *` gives the caller one handle, to be freed with
// `ctorch_free`. Every `const CTorchTensor *` argument is borrowed for the duration of the call. Arrays and strings
// passed in are read during the call and not kept.
//
// Failure. A function that returns a tensor returns NULL, a function that returns `int32_t` returns 1, and
// `ctorch_last_error` then holds the reason. No C++ exception leaves this boundary.
//
// Threads. A handle may be used by one thread at a time; the error text and the gradient mode belong to the thread.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct CTorchTensor CTorchTensor;
/// An array of tensors.
typedef const CTorchTensor *const _Nonnull *_Nonnull ctorch_list;

// Element types (`dtype`) are float32 = 0, float16 = 1, bfloat16 = 2, float64 = 3, int64 = 4, int32 = 5, uint8 = 6 and
// bool = 7: our numbers, which are mapped to libtorch's in one place.

/// A device: -1 is the CPU, n >= 0 is CUDA device n.
typedef int32_t ctorch_device;

/// The calling thread's last failure, empty if there was none; valid until its next call.
const char *_Nullable ctorch_last_error(void);

// MARK: Library

/// libtorch's version, such as "2.13.0"; static storage.
const char *ctorch_version(void);
int32_t ctorch_cuda_device_count(void);
void ctorch_set_thread_count(int32_t count);
int32_t ctorch_thread_count(void);
/// For operations that this thread starts; those of other threads keep theirs.
void ctorch_set_thread_count_here(int32_t count);
/// Gives memory that was freed back to the system, which the C library otherwise keeps for later.
void ctorch_release_free_memory(void);
/// Chooses kernels whose results do not depend on scheduling; an operation without one fails.
int32_t ctorch_use_deterministic_algorithms(bool deterministic);

// MARK: Tensors

void ctorch_free(CTorchTensor *_Nullable tensor);
/// A copy on the CPU of elements of `dtype`, row major.
CTorchTensor *_Nullable ctorch_from_elements(const void *elements, const int64_t *shape, int32_t rank, int32_t dtype);
CTorchTensor *_Nullable ctorch_empty(const int64_t *shape, int32_t rank, int32_t dtype, ctorch_device device);
CTorchTensor *_Nullable ctorch_full(const int64_t *shape, int32_t rank, double value, int32_t dtype,
                                    ctorch_device device);
/// Converts `count` elements of `dtype` at `bytes` (any alignment) and stores them from flat element `offset` on.
int32_t ctorch_store(const CTorchTensor *tensor, int64_t offset, const void *bytes, int64_t count, int32_t dtype);
/// Copies all elements, row major, converted to float32; `count` must be the number of elements.
int32_t ctorch_copy_floats(const CTorchTensor *tensor, float *out, int64_t count);
int32_t ctorch_rank(const CTorchTensor *tensor);
/// -1 where there is no such dimension.
int64_t ctorch_size(const CTorchTensor *tensor, int32_t dimension);
/// -1 for a type that is none of the above.
int32_t ctorch_dtype(const CTorchTensor *tensor);
ctorch_device ctorch_device_of(const CTorchTensor *tensor);
CTorchTensor *_Nullable ctorch_to(const CTorchTensor *tensor, ctorch_device device, int32_t dtype);
CTorchTensor *_Nullable ctorch_clone(const CTorchTensor *tensor);
CTorchTensor *_Nullable ctorch_detach(const CTorchTensor *tensor);
/// A pointer to a contiguous CPU tensor's elements, or NULL; valid while the tensor lives.
const void *_Nullable ctorch_element_pointer(const CTorchTensor *tensor);

// MARK: Autograd

bool ctorch_requires_grad(const CTorchTensor *tensor);
int32_t ctorch_set_requires_grad(const CTorchTensor *tensor, bool requires_grad);
int32_t ctorch_backward(const CTorchTensor *tensor);
/// The accumulated gradient as a new handle to the same storage; `out` becomes NULL if there is none.
int32_t ctorch_grad(const CTorchTensor *tensor, CTorchTensor *_Nullable *_Nonnull out);
int32_t ctorch_clear_grad(const CTorchTensor *tensor);
/// Returns the previous mode of this thread.
bool ctorch_set_grad_enabled(bool enabled);
/// Runs eligible operations in bfloat16 until switched off; also drops the cache of converted weights.
int32_t ctorch_set_autocast_bfloat16(ctorch_device device, bool enabled);

// MARK: Arithmetic

CTorchTensor *_Nullable ctorch_add(const CTorchTensor *a, const CTorchTensor *b);
CTorchTensor *_Nullable ctorch_subtract(const CTorchTensor *a, const CTorchTensor *b);
CTorchTensor *_Nullable ctorch_multiply(const CTorchTensor *a, const CTorchTensor *b);
CTorchTensor *_Nullable ctorch_divide(const CTorchTensor *a, const CTorchTensor *b);
CTorchTensor *_Nullable ctorch_exp(const CTorchTensor *a);
CTorchTensor *_Nullable ctorch_log(const CTorchTensor *a);
/// a · scale + shift
CTorchTensor *_Nullable ctorch_affine(const CTorchTensor *a, double scale, double shift);
/// a to the power of b.
CTorchTensor *_Nullable ctorch_power(const CTorchTensor *a, const CTorchTensor *b);
/// Bounds every element; what lies outside passes no gradient.
CTorchTensor *_Nullable ctorch_clamp(const CTorchTensor *a, double low, double high);
/// 1 where a > threshold and else 0, of a's type; passes no gradient.
CTorchTensor *_Nullable ctorch_greater(const CTorchTensor *a, double threshold);
CTorchTensor *_Nullable ctorch_sigmoid(const CTorchTensor *a);
/// log(1 / (1 + exp(−a))), without overflow.
CTorchTensor *_Nullable ctorch_log_sigmoid(const CTorchTensor *a);
/// log Σ exp(a) over one dimension, which stays with size 1.
CTorchTensor *_Nullable ctorch_log_sum_exp(const CTorchTensor *a, int64_t dimension);
CTorchTensor *_Nullable ctorch_sum(const CTorchTensor *a);
CTorchTensor *_Nullable ctorch_sum_dim(const CTorchTensor *a, int64_t dimension);
/// x / max(‖x‖₂, 1e-12) over the last dimension.
CTorchTensor *_Nullable ctorch_normalize(const CTorchTensor *a);
/// max(z, 0) − z·y + log(1 + exp(−|z|)), elementwise, times `weights`, summed; the term of y times `positive_weights`,
/// which are broadcast, if given.
CTorchTensor *_Nullable ctorch_bce_with_logits_sum(const CTorchTensor *logits, const CTorchTensor *targets,
                                                   const CTorchTensor *weights,
                                                   const CTorchTensor *_Nullable positive_weights);
/// Mean over the rows of −log softmax at the target's place: logits [N, C], targets int64 [N].
CTorchTensor *_Nullable ctorch_cross_entropy(const CTorchTensor *logits, const CTorchTensor *targets);
int32_t ctorch_all_finite(const CTorchTensor *a, bool *out);
/// Σ x², of a norm in the tensor's type.
int32_t ctorch_square_sum(const CTorchTensor *a, double *out);

// MARK: In place, for optimizers and loading; outside autograd

int32_t ctorch_copy_in_place(const CTorchTensor *target, const CTorchTensor *source);
int32_t ctorch_clamp_in_place(const CTorchTensor *target, double low, double high);
/// One AdamW step over `count` parameters of one device, the arithmetic of torch.optim.AdamW. `steps` are float32
/// scalars that the call advances; gradients are divided by the float32 scalar `gradient_scale` if there is one.
int32_t ctorch_adamw_step(ctorch_list parameters, ctorch_list gradients, ctorch_list first_moments,
                          ctorch_list second_moments, ctorch_list steps, int64_t count,
                          const CTorchTensor *_Nullable gradient_scale, double learning_rate, double beta1,
                          double beta2, double epsilon, double weight_decay);
/// target += weight · (source − target) for each of `count` pairs of one device.
int32_t ctorch_lerp_in_place(ctorch_list targets, ctorch_list sources, int64_t count, double weight);

// MARK: Shape

CTorchTensor *_Nullable ctorch_reshape(const CTorchTensor *a, const int64_t *shape, int32_t rank);
CTorchTensor *_Nullable ctorch_expand(const CTorchTensor *a, const int64_t *shape, int32_t rank);
CTorchTensor *_Nullable ctorch_transpose(const CTorchTensor *a, int64_t first, int64_t second);
CTorchTensor *_Nullable ctorch_narrow(const CTorchTensor *a, int64_t dimension, int64_t start, int64_t length);
CTorchTensor *_Nullable ctorch_cat(ctorch_list tensors, int64_t count, int64_t dimension);
CTorchTensor *_Nullable ctorch_index_select(const CTorchTensor *a, int64_t dimension, const CTorchTensor *indices);
/// [rows, W] zeros to which row i of `a` [N, W] is added at row indices[i].
CTorchTensor *_Nullable ctorch_scatter_sum(const CTorchTensor *a, const CTorchTensor *indices, int64_t rows);

// MARK: Neural networks

CTorchTensor *_Nullable ctorch_matmul(const CTorchTensor *a, const CTorchTensor *b);
/// x · weightᵀ + bias
CTorchTensor *_Nullable ctorch_linear(const CTorchTensor *x, const CTorchTensor *weight,
                                      const CTorchTensor *_Nullable bias);
CTorchTensor *_Nullable ctorch_layer_norm(const CTorchTensor *x, const CTorchTensor *weight, const CTorchTensor *bias,
                                          double epsilon);
CTorchTensor *_Nullable ctorch_embedding(const CTorchTensor *weight, const CTorchTensor *indices);
CTorchTensor *_Nullable ctorch_conv2d(const CTorchTensor *x, const CTorchTensor *weight, int64_t stride);
/// x · sigmoid(1.702 x)
CTorchTensor *_Nullable ctorch_quick_gelu(const CTorchTensor *x);
CTorchTensor *_Nullable ctorch_gelu(const CTorchTensor *x, bool tanh_approximation);
CTorchTensor *_Nullable ctorch_silu(const CTorchTensor *x);
CTorchTensor *_Nullable ctorch_relu(const CTorchTensor *x);
/// softmax(q kᵀ / √d + mask) v; `mask` is added to the scores.
CTorchTensor *_Nullable ctorch_attention(const CTorchTensor *query, const CTorchTensor *key,
                                         const CTorchTensor *value, const CTorchTensor *_Nullable mask);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
