// SPDX-License-Identifier: Apache-2.0
// Making tensors, reading them, and the library's settings.

#include "Boundary.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#pragma clang diagnostic pop

namespace ctorch {

at::ScalarType scalarType(int32_t code) {
    switch (code) {
    case CTORCH_FLOAT32: return at::kFloat;
    case CTORCH_FLOAT16: return at::kHalf;
    case CTORCH_BFLOAT16: return at::kBFloat16;
    case CTORCH_FLOAT64: return at::kDouble;
    case CTORCH_INT64: return at::kLong;
    case CTORCH_INT32: return at::kInt;
    case CTORCH_UINT8: return at::kByte;
    case CTORCH_BOOL: return at::kBool;
    default: throw std::invalid_argument("unknown element type");
    }
}

at::Device device(ctorch_device code) {
    return code < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(code));
}

}  // namespace ctorch

using ctorch::status;
using ctorch::tensor;

const char *ctorch_last_error(void) { return ctorch::lastError().c_str(); }

const char *ctorch_version(void) { return TORCH_VERSION; }

int32_t ctorch_cuda_device_count(void) {
    int32_t count = 0;
    ctorch::guarded([&] {
        if (at::globalContext().hasCUDA()) count = at::detail::getCUDAHooks().deviceCount();
    });
    return count;
}

int32_t ctorch_thread_count(void) {
    int32_t count = 1;
    ctorch::guarded([&] { count = at::get_num_threads(); });
    return count;
}

void ctorch_set_thread_count(int32_t count) {
    ctorch::guarded([&] { at::set_num_threads(count); });
}

int32_t ctorch_use_deterministic_algorithms(bool deterministic) {
    return status([&] {
        at::globalContext().setDeterministicAlgorithms(deterministic, false);
        at::globalContext().setDeterministicFillUninitializedMemory(false);
    });
}

void ctorch_free(CTorchTensor *tensor) { delete tensor; }

CTorchTensor *ctorch_from_floats(const float *values, const int64_t *shape, int32_t rank) {
    return tensor([&] {
        auto result = at::empty(at::IntArrayRef(shape, rank), at::kFloat);
        if (result.numel() > 0) std::memcpy(result.mutable_data_ptr(), values, result.numel() * sizeof(float));
        return result;
    });
}

CTorchTensor *ctorch_from_int64s(const int64_t *values, const int64_t *shape, int32_t rank) {
    return tensor([&] {
        auto result = at::empty(at::IntArrayRef(shape, rank), at::kLong);
        if (result.numel() > 0) std::memcpy(result.mutable_data_ptr(), values, result.numel() * sizeof(int64_t));
        return result;
    });
}

CTorchTensor *ctorch_empty(const int64_t *shape, int32_t rank, int32_t dtype, ctorch_device device) {
    return tensor([&] {
        auto options = at::TensorOptions(ctorch::scalarType(dtype)).device(ctorch::device(device));
        return at::empty(at::IntArrayRef(shape, rank), options);
    });
}

CTorchTensor *ctorch_full(const int64_t *shape, int32_t rank, double value, int32_t dtype, ctorch_device device) {
    return tensor([&] {
        auto options = at::TensorOptions(ctorch::scalarType(dtype)).device(ctorch::device(device));
        return at::full(at::IntArrayRef(shape, rank), value, options);
    });
}

int32_t ctorch_store(const CTorchTensor *tensor, int64_t offset, const void *bytes, int64_t count, int32_t dtype) {
    return status([&] {
        at::NoGradGuard guard;
        auto type = ctorch::scalarType(dtype);
        // Copied first: the source may lie at any address, and elements must be aligned.
        auto source = at::empty({count}, type);
        std::memcpy(source.mutable_data_ptr(), bytes, count * c10::elementSize(type));
        tensor->value.view({-1}).narrow(0, offset, count).copy_(source);
    });
}

int32_t ctorch_copy_floats(const CTorchTensor *tensor, float *out, int64_t count) {
    return status([&] {
        TORCH_CHECK(tensor->value.numel() == count, "the tensor has ", tensor->value.numel(), " elements, not ", count);
        auto host = tensor->value.detach().to(at::kCPU, at::kFloat).contiguous();
        std::memcpy(out, host.const_data_ptr(), count * sizeof(float));
    });
}

int32_t ctorch_rank(const CTorchTensor *tensor) {
    int32_t rank = 0;
    ctorch::guarded([&] { rank = static_cast<int32_t>(tensor->value.dim()); });
    return rank;
}

int64_t ctorch_size(const CTorchTensor *tensor, int32_t dimension) {
    int64_t size = -1;
    ctorch::guarded([&] { size = tensor->value.size(dimension); });
    return size;
}

static int32_t code(at::ScalarType type) {
    switch (type) {
    case at::kFloat: return CTORCH_FLOAT32;
    case at::kHalf: return CTORCH_FLOAT16;
    case at::kBFloat16: return CTORCH_BFLOAT16;
    case at::kDouble: return CTORCH_FLOAT64;
    case at::kLong: return CTORCH_INT64;
    case at::kInt: return CTORCH_INT32;
    case at::kByte: return CTORCH_UINT8;
    case at::kBool: return CTORCH_BOOL;
    default: return -1;
    }
}

int32_t ctorch_dtype(const CTorchTensor *tensor) {
    int32_t result = -1;
    ctorch::guarded([&] { result = code(tensor->value.scalar_type()); });
    return result;
}

ctorch_device ctorch_device_of(const CTorchTensor *tensor) {
    ctorch_device result = CTORCH_CPU;
    ctorch::guarded([&] { result = tensor->value.is_cuda() ? tensor->value.get_device() : CTORCH_CPU; });
    return result;
}

CTorchTensor *ctorch_to(const CTorchTensor *a, ctorch_device device, int32_t dtype) {
    return tensor([&] { return a->value.to(ctorch::device(device), ctorch::scalarType(dtype)); });
}

CTorchTensor *ctorch_clone(const CTorchTensor *a) {
    return tensor([&] { return a->value.clone(at::MemoryFormat::Contiguous); });
}

CTorchTensor *ctorch_detach(const CTorchTensor *a) {
    return tensor([&] { return a->value.detach(); });
}

const void *ctorch_element_pointer(const CTorchTensor *tensor) {
    const void *result = nullptr;
    ctorch::guarded([&] {
        const auto &value = tensor->value;
        if (value.is_cpu() && value.is_contiguous()) result = value.const_data_ptr();
    });
    return result;
}
