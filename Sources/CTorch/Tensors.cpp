// SPDX-License-Identifier: Apache-2.0
// Making tensors, reading them, and the library's settings.

#include "Boundary.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#pragma clang diagnostic pop

#include <algorithm>
#include <cstring>
#include <iterator>

#include <dlfcn.h>
#include <malloc.h>

using namespace ctorch;

/// Element types in the order of their numbers in CTorch.h.
static const at::ScalarType types[] = {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble,
                                       at::kLong,  at::kInt,  at::kByte,     at::kBool};

static at::ScalarType scalarType(int32_t code) {
    TORCH_CHECK(code >= 0 && code < static_cast<int32_t>(std::size(types)), "unknown element type");
    return types[code];
}

static at::TensorOptions options(int32_t dtype, ctorch_device device) {
    return at::TensorOptions(scalarType(dtype)).device(ctorch::device(device));
}

// MARK: Library

const char *ctorch_last_error(void) { return lastError().c_str(); }
const char *ctorch_version(void) { return TORCH_VERSION; }
void ctorch_release_free_memory(void) { malloc_trim(0); }

void ctorch_set_thread_count(int32_t count) { guarded([&] { at::set_num_threads(count); }); }
int32_t ctorch_thread_count(void) { return value(1, [] { return static_cast<int32_t>(at::get_num_threads()); }); }

void ctorch_set_thread_count_here(int32_t count) {
    guarded([&] {
        // Once a thread has asked, libtorch does not set its number any more. at::set_num_threads would empty oneDNN's cache
        // of kernels each time; the runtime's own calls, which libtorch brings with it, do not.
        at::get_num_threads();
        using Setter = void (*)(int);
        using LocalSetter = int (*)(int);
        auto omp = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
        auto mkl = reinterpret_cast<LocalSetter>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
        if (omp) omp(count);
        if (mkl) mkl(count);
    });
}

int32_t ctorch_cuda_device_count(void) {
    return value(0, [] { return at::globalContext().hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0; });
}

int32_t ctorch_use_deterministic_algorithms(bool deterministic) {
    return status([&] {
        at::globalContext().setDeterministicAlgorithms(deterministic, false);
        at::globalContext().setDeterministicFillUninitializedMemory(false);
    });
}

// MARK: Making tensors

void ctorch_free(Owned tensor) { delete tensor; }
Owned ctorch_clone(Borrowed a) { return tensor([&] { return a->value.clone(at::MemoryFormat::Contiguous); }); }
Owned ctorch_detach(Borrowed a) { return tensor([&] { return a->value.detach(); }); }

Owned ctorch_from_elements(const void *elements, const int64_t *shape, int32_t rank, int32_t dtype) {
    return tensor([&] {
        auto result = at::empty(at::IntArrayRef(shape, rank), scalarType(dtype));
        if (result.numel() > 0) std::memcpy(result.mutable_data_ptr(), elements, result.nbytes());
        return result;
    });
}

Owned ctorch_empty(const int64_t *shape, int32_t rank, int32_t dtype, ctorch_device device) {
    return tensor([&] { return at::empty(at::IntArrayRef(shape, rank), options(dtype, device)); });
}

Owned ctorch_full(const int64_t *shape, int32_t rank, double value, int32_t dtype, ctorch_device device) {
    return tensor([&] { return at::full(at::IntArrayRef(shape, rank), value, options(dtype, device)); });
}

Owned ctorch_to(Borrowed a, ctorch_device device, int32_t dtype) {
    return tensor([&] { return a->value.to(ctorch::device(device), scalarType(dtype)); });
}

// MARK: Reading and writing them

int32_t ctorch_store(Borrowed a, int64_t offset, const void *bytes, int64_t count, int32_t dtype) {
    return unrecorded([&] {
        // Copied first: the source may lie at any address, and elements must be aligned.
        auto source = at::empty({count}, scalarType(dtype));
        std::memcpy(source.mutable_data_ptr(), bytes, source.nbytes());
        a->value.view({-1}).narrow(0, offset, count).copy_(source);
    });
}

int32_t ctorch_copy_floats(Borrowed a, float *out, int64_t count) {
    return status([&] {
        TORCH_CHECK(a->value.numel() == count, "the tensor has ", a->value.numel(), " elements, not ", count);
        auto host = a->value.detach().to(at::kCPU, at::kFloat).contiguous();
        std::memcpy(out, host.const_data_ptr(), count * sizeof(float));
    });
}

int32_t ctorch_rank(Borrowed a) {
    return value(0, [&] { return static_cast<int32_t>(a->value.dim()); });
}

int64_t ctorch_size(Borrowed a, int32_t dimension) {
    return value(int64_t(-1), [&] { return a->value.size(dimension); });
}

int32_t ctorch_dtype(Borrowed a) {
    return value(-1, [&] {
        auto place = std::find(std::begin(types), std::end(types), a->value.scalar_type());
        return place == std::end(types) ? -1 : static_cast<int32_t>(place - types);
    });
}

ctorch_device ctorch_device_of(Borrowed a) {
    return value(-1, [&] { return a->value.is_cuda() ? static_cast<int32_t>(a->value.get_device()) : -1; });
}

const void *ctorch_element_pointer(Borrowed a) {
    return value<const void *>(nullptr, [&] {
        return a->value.is_cpu() && a->value.is_contiguous() ? a->value.const_data_ptr() : nullptr;
    });
}
