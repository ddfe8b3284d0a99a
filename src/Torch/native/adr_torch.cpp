// The whole bridge between Adr.Torch and libtorch, as a C interface.
// Every ATen operator is reached through libtorch's dispatcher by name and called boxed, so no operator needs a wrapper
// of its own and the same file compiles against any libtorch from 1.13 on.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

// What a Value holds. The same numbers stand in Arg.cs.
enum Tag : int64_t {
    None = 0, TensorTag = 1, Int = 2, Double = 3, Bool = 4, IntList = 5, DoubleList = 6, BoolList = 7, TensorList = 8,
    OptionalTensorList = 9, String = 10, Device = 11, GeneratorTag = 12
};

struct Value {
    int64_t tag;
    union { void* pointer; int64_t integer; double real; };
    int64_t length; // of a list or string; the index of a device
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<c10::optional<c10::IValue>> defaults; // one for each argument of the schema
};

struct Info {
    int64_t dimensions, elements, element_size, storage_offset;
    int32_t dtype, device_type, device_index, flags;
};

enum Flag : int32_t { RequiresGrad = 1, Leaf = 2, Contiguous = 4, Sparse = 8 };

thread_local std::string last_error;
thread_local std::vector<Value> results;

at::Tensor& tensor(void* handle) { return *static_cast<at::Tensor*>(handle); }

/// A handle that the caller owns; null for an undefined tensor.
void* release(at::Tensor value) { return value.defined() ? new at::Tensor(std::move(value)) : nullptr; }

at::Tensor optional_tensor(void* handle) { return handle ? tensor(handle) : at::Tensor(); }

std::vector<at::Tensor> tensors(void** handles, int64_t count) {
    std::vector<at::Tensor> list;
    list.reserve(count);
    for (int64_t i = 0; i < count; i++) list.push_back(optional_tensor(handles[i]));
    return list;
}

c10::IValue unpack(const Value& v) {
    switch (v.tag) {
        case None: return {};
        case TensorTag: return tensor(v.pointer);
        case Int: return v.integer;
        case Double: return v.real;
        case Bool: return v.integer != 0;
        case IntList: return c10::IntArrayRef(static_cast<int64_t*>(v.pointer), v.length);
        case DoubleList: return at::ArrayRef<double>(static_cast<double*>(v.pointer), v.length).vec();
        case BoolList: {
            c10::List<bool> list;
            for (int64_t i = 0; i < v.length; i++) list.push_back(static_cast<uint8_t*>(v.pointer)[i] != 0);
            return list;
        }
        case TensorList: {
            c10::List<at::Tensor> list;
            list.reserve(v.length);
            for (int64_t i = 0; i < v.length; i++) list.push_back(tensor(static_cast<void**>(v.pointer)[i]));
            return list;
        }
        case OptionalTensorList: {
            c10::List<c10::optional<at::Tensor>> list;
            list.reserve(v.length);
            for (int64_t i = 0; i < v.length; i++) {
                void* handle = static_cast<void**>(v.pointer)[i];
                list.push_back(handle ? c10::optional<at::Tensor>(tensor(handle)) : c10::nullopt);
            }
            return list;
        }
        case String: return std::string(static_cast<char*>(v.pointer), v.length);
        case Device: return c10::Device(static_cast<c10::DeviceType>(v.integer), static_cast<c10::DeviceIndex>(v.length));
        case GeneratorTag: return *static_cast<at::Generator*>(v.pointer);
        default: TORCH_CHECK(false, "unknown value tag ", v.tag);
    }
}

void pack(c10::IValue&& v) {
    Value value{};
    if (v.isTensor()) {
        value.tag = TensorTag;
        value.pointer = release(std::move(v).toTensor());
    } else if (v.isTensorList()) {
        for (const at::Tensor& t : v.toTensorVector()) pack(t);
        return;
    } else if (v.isInt()) {
        value.tag = Int;
        value.integer = v.toInt();
    } else if (v.isDouble()) {
        value.tag = Double;
        value.real = v.toDouble();
    } else if (v.isBool()) {
        value.tag = Bool;
        value.integer = v.toBool();
    } else {
        TORCH_CHECK(v.isNone(), "cannot return a value of type ", v.tagKind());
    }
    results.push_back(value);
}

/// Runs body; an exception becomes the last error and the value of failure.
template <typename Result, typename Body>
Result guarded(Result failure, Body body) {
    try {
        return body();
    } catch (const c10::Error& e) {
        last_error = e.what_without_backtrace();
    } catch (const std::exception& e) {
        last_error = e.what();
    } catch (...) {
        last_error = "libtorch threw something that is no std::exception";
    }
    return failure;
}

} // namespace

EXPORT const char* adr_torch_version() { return TORCH_VERSION; }

EXPORT const char* adr_torch_error() { return last_error.c_str(); }

// Operators

/// The operator with this name and overload, null if libtorch has none. Never freed: there is one for each call site's name.
EXPORT void* adr_torch_operator(const char* name, const char* overload) {
    return guarded<void*>(nullptr, [&]() -> void* {
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        auto found = new Operator{handle, {}};
        for (const auto& argument : handle.schema().arguments()) found->defaults.push_back(argument.default_value());
        return found;
    });
}

/// Calls an operator; arguments left out at the end take the schema's defaults. Returns the number of results, -1 on
/// failure. The results lie in a buffer of this thread until its next call; tensor lists are laid out one by one.
/// A null first_result drops them: an operator that works in place returns what the caller has.
EXPORT int64_t adr_torch_call(void* op, const Value* arguments, int64_t count, const Value** first_result) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        auto& found = *static_cast<Operator*>(op);
        TORCH_CHECK(
            count <= static_cast<int64_t>(found.defaults.size()), found.handle.operator_name(), " takes ", found.defaults.size(),
            " arguments, got ", count);
        torch::jit::Stack stack;
        stack.reserve(std::max<size_t>(found.defaults.size(), 4));
        for (int64_t i = 0; i < count; i++) stack.push_back(unpack(arguments[i]));
        for (size_t i = count; i < found.defaults.size(); i++) {
            TORCH_CHECK(found.defaults[i].has_value(), found.handle.operator_name(), " needs an argument ", i + 1);
            stack.push_back(*found.defaults[i]);
        }
        found.handle.callBoxed(&stack);
        results.clear();
        if (!first_result) return 0;
        for (auto& value : stack) pack(std::move(value));
        *first_result = results.data();
        return static_cast<int64_t>(results.size());
    });
}

// Tensors

EXPORT void adr_torch_free(void* handle) { delete static_cast<at::Tensor*>(handle); }

/// A second handle of the same tensor.
EXPORT void* adr_torch_alias(void* handle) { return release(tensor(handle)); }

EXPORT int adr_torch_info(void* handle, Info* info) {
    return guarded(-1, [&] {
        const at::Tensor& t = tensor(handle);
        bool strided = t.layout() == c10::kStrided;
        *info = Info{
            t.dim(), t.numel(), static_cast<int64_t>(t.element_size()), strided ? t.storage_offset() : 0,
            static_cast<int32_t>(t.scalar_type()), static_cast<int32_t>(t.device().type()), t.device().index(),
            (t.requires_grad() ? RequiresGrad : 0) | (t.is_leaf() ? Leaf : 0) | (strided && t.is_contiguous() ? Contiguous : 0)
                | (t.is_sparse() ? Sparse : 0)};
        return 0;
    });
}

EXPORT void adr_torch_sizes(void* handle, int64_t* sizes) {
    auto s = tensor(handle).sizes();
    std::copy(s.begin(), s.end(), sizes);
}

EXPORT int adr_torch_strides(void* handle, int64_t* strides) {
    return guarded(-1, [&] {
        auto s = tensor(handle).strides();
        std::copy(s.begin(), s.end(), strides);
        return 0;
    });
}

EXPORT int adr_torch_data(void* handle, void** data) {
    return guarded(-1, [&] { *data = tensor(handle).data_ptr(); return 0; });
}

// Autograd

EXPORT int adr_torch_set_requires_grad(void* handle, int value) {
    return guarded(-1, [&] { tensor(handle).set_requires_grad(value != 0); return 0; });
}

EXPORT int adr_torch_grad(void* handle, void** grad) {
    return guarded(-1, [&] { *grad = release(tensor(handle).grad()); return 0; });
}

EXPORT int adr_torch_set_grad(void* handle, void* grad) {
    return guarded(-1, [&] { tensor(handle).mutable_grad() = optional_tensor(grad); return 0; });
}

EXPORT int adr_torch_retain_grad(void* handle) {
    return guarded(-1, [&] { tensor(handle).retain_grad(); return 0; });
}

/// Accumulates gradients into the leaves (or into inputs alone). grads may hold null for a scalar output.
EXPORT int adr_torch_backward(
    void** outputs, int64_t output_count, void** grads, int64_t grad_count, int retain_graph, int create_graph,
    void** inputs, int64_t input_count) {
    return guarded(-1, [&] {
        torch::autograd::backward(
            tensors(outputs, output_count), tensors(grads, grad_count), retain_graph != 0, create_graph != 0,
            tensors(inputs, input_count));
        return 0;
    });
}

/// The gradients of the outputs with respect to the inputs, one handle each, null for an unused input.
EXPORT int adr_torch_gradients(
    void** outputs, int64_t output_count, void** inputs, int64_t input_count, void** grads, int64_t grad_count,
    int retain_graph, int create_graph, int allow_unused, void** gradients) {
    return guarded(-1, [&] {
        auto found = torch::autograd::grad(
            tensors(outputs, output_count), tensors(inputs, input_count), tensors(grads, grad_count), retain_graph != 0,
            create_graph != 0, allow_unused != 0);
        for (size_t i = 0; i < found.size(); i++) gradients[i] = release(std::move(found[i]));
        return 0;
    });
}

EXPORT int adr_torch_grad_enabled() { return at::GradMode::is_enabled(); }

EXPORT void adr_torch_set_grad_enabled(int value) { at::GradMode::set_enabled(value != 0); }

EXPORT int adr_torch_inference_enabled() { return c10::InferenceMode::is_enabled(); }

EXPORT void* adr_torch_inference_begin(int value) { return new c10::InferenceMode(value != 0); }

EXPORT void adr_torch_inference_end(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

// Randomness

/// Seeds the default generators of the CPU and of every GPU.
EXPORT int adr_torch_manual_seed(uint64_t seed) {
    return guarded(-1, [&] { at::manual_seed(seed); return 0; });
}

EXPORT void* adr_torch_default_generator(int device_type, int device_index) {
    return guarded<void*>(nullptr, [&]() -> void* {
        c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        return new at::Generator(at::globalContext().defaultGenerator(device));
    });
}

/// A generator of its own. Cloning the default one needs no header of the device's.
EXPORT void* adr_torch_new_generator(uint64_t seed, int device_type, int device_index) {
    return guarded<void*>(nullptr, [&]() -> void* {
        c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        at::Generator generator = at::globalContext().defaultGenerator(device).clone();
        generator.set_current_seed(seed);
        return new at::Generator(generator);
    });
}

EXPORT int adr_torch_generator_seed(void* generator, uint64_t seed) {
    return guarded(-1, [&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_current_seed(seed);
        return 0;
    });
}

EXPORT uint64_t adr_torch_generator_current_seed(void* generator) {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    return g.current_seed();
}

EXPORT void* adr_torch_generator_state(void* generator) {
    return guarded<void*>(nullptr, [&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        return release(g.get_state());
    });
}

EXPORT int adr_torch_set_generator_state(void* generator, void* state) {
    return guarded(-1, [&] {
        auto& g = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(g.mutex());
        g.set_state(tensor(state));
        return 0;
    });
}

EXPORT void adr_torch_free_generator(void* generator) { delete static_cast<at::Generator*>(generator); }

// The machine

EXPORT int adr_torch_get_threads() { return at::get_num_threads(); }

EXPORT int adr_torch_set_threads(int count) {
    return guarded(-1, [&] { at::set_num_threads(count); return 0; });
}

EXPORT int adr_torch_get_interop_threads() { return static_cast<int>(at::get_num_interop_threads()); }

EXPORT int adr_torch_set_interop_threads(int count) {
    return guarded(-1, [&] { at::set_num_interop_threads(count); return 0; });
}

/// Holds an OpenBLAS that brings threads of its own to one: they would compete with libtorch's for the same cores.
/// An OpenBLAS built on OpenMP shares libtorch's pool and is left as it is.
EXPORT void adr_torch_tame_openblas() {
    constexpr int own_threads = 1;
    auto parallel = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_parallel"));
    auto set_threads = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (parallel && set_threads && parallel() == own_threads) set_threads(1);
}

EXPORT int adr_torch_cuda_count() {
    return guarded(0, [&]() -> int {
        if (!at::globalContext().hasCUDA() || !c10::impl::hasDeviceGuardImpl(c10::kCUDA)) return 0;
        return c10::impl::getDeviceGuardImpl(c10::kCUDA)->deviceCount();
    });
}

EXPORT int adr_torch_cudnn_available() { return guarded(0, [&]() -> int { return at::globalContext().hasCuDNN(); }); }

/// Waits for a GPU; -1 is the current one.
EXPORT int adr_torch_cuda_synchronize(int device_index) {
    return guarded(-1, [&] {
        TORCH_CHECK(at::globalContext().hasCUDA(), "this libtorch has no CUDA");
        int current = c10::impl::getDeviceGuardImpl(c10::kCUDA)->getDevice().index();
        at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(device_index < 0 ? current : device_index));
        return 0;
    });
}
