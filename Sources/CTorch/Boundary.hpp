// SPDX-License-Identifier: Apache-2.0
//
// The one place where a C++ exception ends. Nothing else in this target may contain `try`.

#pragma once

#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/version.h>
#endif

#if TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 11)
#error "libtorch 2.11 or later is needed: set LIBTORCH to one, install a newer Python torch, or let `make build` fetch it"
#endif

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#pragma clang diagnostic pop

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CTorch.h"

struct CTorchTensor {
    at::Tensor value;
};

namespace ctorch {

/// What functions return, and what they are given.
using Owned = CTorchTensor *;
using Borrowed = const CTorchTensor *;

inline std::string &lastError() {
    thread_local std::string message;
    return message;
}

/// Runs `body`, keeps the text of whatever it throws, and says whether it returned.
template <typename Body> bool guarded(Body &&body) noexcept {
    try {
        lastError().clear();
        std::forward<Body>(body)();
        return true;
    } catch (const c10::Error &error) {
        lastError() = error.what_without_backtrace();
    } catch (const std::exception &error) {
        lastError() = error.what();
    } catch (...) {
        lastError() = "unknown C++ exception";
    }
    return false;
}

/// For functions that return a tensor.
template <typename Body> Owned tensor(Body &&body) noexcept {
    Owned result = nullptr;
    guarded([&] { result = new CTorchTensor{body()}; });
    return result;
}

/// For functions that return a status.
template <typename Body> int32_t status(Body &&body) noexcept { return guarded(std::forward<Body>(body)) ? 0 : 1; }

/// The same, outside autograd.
template <typename Body> int32_t unrecorded(Body &&body) noexcept {
    return status([&] {
        at::NoGradGuard guard;
        body();
    });
}

/// For functions that return a plain value, or `result` where it cannot be had.
template <typename Result, typename Body> Result value(Result result, Body &&body) noexcept {
    guarded([&] { result = body(); });
    return result;
}

inline at::Device device(ctorch_device code) {
    return code < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(code));
}

inline std::optional<at::Tensor> optional(Borrowed tensor) {
    return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

inline std::vector<at::Tensor> list(ctorch_list tensors, int64_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int64_t i = 0; i < count; i++) result.push_back(tensors[i]->value);
    return result;
}

}  // namespace ctorch
