// Takes over aten::conv2d and aten::max_pool2d on the CPU where the kernels of convolution.h are faster, and gives everything else back to libtorch.
#include "convolution.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <list>
#include <mutex>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using at::Tensor;
namespace kernels = adr::convolution;

bool wanted() {
    const char* value = std::getenv("ADR_WINOGRAD");
    return !value || std::strcmp(value, "0") != 0;
}

std::atomic<bool> enabled{wanted()};

/// Memory of this thread, kept from call to call.
float* scratch(int64_t floats) {
    static thread_local std::vector<float> kept;
    if (kept.size() < static_cast<size_t>(floats)) kept.resize(floats);
    return kept.data();
}

int64_t panels(int64_t columns) { return (columns + kernels::panel_width() - 1) / kernels::panel_width(); }

/// Transformed weights, each beside the weights that it was made of: attacks call the same layers again and again.
class Cache {
public:
    Tensor transformed(const Tensor& weight, bool turned) {
        std::lock_guard<std::mutex> hold(mutex_);
        const void* place = weight.data_ptr();
        for (auto e = entries_.begin(); e != entries_.end(); ++e) {
            if (e->place != place || e->turned != turned || e->original.sizes() != weight.sizes() || e->original.strides() != weight.strides()) continue;
            // Compared number by number: weights change in ways that no version counter sees.
            if (std::memcmp(e->original.data_ptr(), place, weight.nbytes()) != 0) {
                e->original.copy_(weight.detach());
                transform(*e);
            }
            entries_.splice(entries_.begin(), entries_, e);
            return e->result;
        }
        entries_.push_front({place, turned, weight.detach().clone(at::MemoryFormat::Preserve), Tensor()});
        transform(entries_.front());
        held_ += entries_.front().result.nbytes();
        const Tensor result = entries_.front().result;
        while (held_ > Limit && entries_.size() > 1) {
            held_ -= entries_.back().result.nbytes();
            entries_.pop_back();
        }
        return result;
    }

    void clear() {
        std::lock_guard<std::mutex> hold(mutex_);
        entries_.clear();
        held_ = 0;
    }

private:
    static constexpr size_t Limit = size_t(1) << 30;
    struct Entry { const void* place; bool turned; Tensor original, result; };

    static void transform(Entry& entry) {
        const Tensor& w = entry.original;
        kernels::Weights weights{w.data_ptr<float>(), w.size(0), w.size(1), 0, w.stride(0), w.stride(1), w.stride(2), w.stride(3)};
        if (entry.turned) {
            // The gradient of a convolution is one with the kernel turned by 180° and inputs and outputs swapped.
            weights.data += 2 * (weights.row_step + weights.column_step);
            weights.row_step = -weights.row_step;
            weights.column_step = -weights.column_step;
            std::swap(weights.outputs, weights.inputs);
            std::swap(weights.output_step, weights.input_step);
        }
        weights.panels = panels(weights.outputs);
        // A new tensor each time: whoever computes with the old one keeps it.
        entry.result = at::empty({kernels::transformed_floats(weights)}, at::kFloat);
        float* u = entry.result.data_ptr<float>();
        at::parallel_for(0, weights.panels, 1, [&](int64_t begin, int64_t end) {
            for (int64_t panel = begin; panel < end; panel++) kernels::transform_panel(weights, panel, u);
        });
    }

    std::mutex mutex_;
    std::list<Entry> entries_; // the latest first
    size_t held_ = 0;
};

Cache& cache() {
    static Cache* instance = new Cache(); // never destroyed: libtorch may go first
    return *instance;
}

/// weight [O,I,3,3]; turned: the convolution's gradient, from [B,O,…] to [B,I,…].
Tensor convolve(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t padding, bool turned) {
    const Tensor x = input.contiguous(at::MemoryFormat::ChannelsLast), u = cache().transformed(weight, turned);
    const Tensor b = bias.defined() ? bias.contiguous() : bias;
    const int64_t outputs = weight.size(turned ? 1 : 0), height = x.size(2) + 2 * padding - 2, width = x.size(3) + 2 * padding - 2;
    const Tensor y = at::empty({x.size(0), outputs, height, width}, x.options(), at::MemoryFormat::ChannelsLast);
    const kernels::Job job{x.data_ptr<float>(), u.data_ptr<float>(), b.defined() ? b.data_ptr<float>() : nullptr, y.data_ptr<float>(),
        x.size(2), x.size(3), x.size(1), height, width, outputs, padding, panels(outputs), (height + 3) / 4, (width + 3) / 4};
    const int64_t tiles = x.size(0) * job.tiles_down * job.tiles_across, threads = at::get_num_threads();
    const int64_t size = std::min(kernels::block(job), (tiles + threads - 1) / threads), blocks = (tiles + size - 1) / size;
    at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
        float* memory = scratch(kernels::scratch_floats(job, size));
        for (int64_t block = begin; block < end; block++) kernels::run(job, block * size, std::min(size, tiles - block * size), memory);
    });
    return y;
}

/// The gradient to the weight [O,I,3,3], in its layout.
Tensor weight_gradient(const Tensor& input, const Tensor& gradient, const Tensor& weight, int64_t padding) {
    const Tensor x = input.contiguous(at::MemoryFormat::ChannelsLast), g = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t inputs = x.size(1), outputs = g.size(1), width = panels(outputs) * kernels::panel_width();
    const kernels::Job job{x.data_ptr<float>(), nullptr, nullptr, g.data_ptr<float>(), x.size(2), x.size(3), inputs, g.size(2), g.size(3), outputs, padding,
        panels(outputs), (g.size(2) + 3) / 4, (g.size(3) + 3) / 4};
    const int64_t tiles = x.size(0) * job.tiles_down * job.tiles_across;
    // Tiles at once: as many as lie in the cache, whatever the number of threads is, which so changes no sum.
    const int64_t size = std::min<int64_t>(tiles, 256), grain = 8;
    const int64_t v_step = kernels::frequency_step(size, inputs), e_step = kernels::frequency_step(size, width);
    const Tensor v = at::empty({36 * v_step}, at::kFloat), e = at::empty({36 * e_step}, at::kFloat), sums = at::zeros({36 * inputs * width}, at::kFloat);
    float *const pv = v.data_ptr<float>(), *const pe = e.data_ptr<float>(), *const ps = sums.data_ptr<float>();
    for (int64_t first = 0; first < tiles; first += size) {
        const int64_t count = std::min(size, tiles - first);
        at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
            kernels::transform_inputs(job, first + begin, end - begin, pv + begin * inputs, v_step);
            kernels::transform_gradients(job, first + begin, end - begin, pe + begin * width, e_step);
        });
        at::parallel_for(0, 36 * job.panels, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) kernels::add_products(job, i / job.panels, i % job.panels, count, pv, v_step, pe, e_step, ps);
        });
    }
    const Tensor result = at::empty_strided(weight.sizes(), weight.strides(), weight.options());
    const kernels::Weights steps{nullptr, outputs, inputs, job.panels, result.stride(0), result.stride(1), result.stride(2), result.stride(3)};
    float* const to = result.data_ptr<float>();
    at::parallel_for(0, inputs, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) kernels::finish_weight_gradient(job, ps, i, steps, to);
    });
    return result;
}

/// The gradient to the input [B,I,H,W] of a layer whose I is small; weight [O,I,3,3].
Tensor narrow_gradient(const Tensor& gradient, const Tensor& weight, int64_t padding) {
    const Tensor g = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t outputs = weight.size(0), inputs = weight.size(1), height = g.size(2) + 2 - 2 * padding, width = g.size(3) + 2 - 2 * padding;
    const int64_t columns = panels(9 * inputs) * kernels::panel_width();
    Tensor taps = at::zeros({outputs, columns}, at::kFloat); // [O][row,column,I]
    taps.narrow(1, 0, 9 * inputs).copy_(weight.detach().permute({0, 2, 3, 1}).reshape({outputs, 9 * inputs}));
    taps = taps.view({outputs, -1, kernels::panel_width()}).transpose(0, 1).contiguous(); // [panels][O][panel]
    const Tensor result = at::empty({g.size(0), inputs, height, width}, g.options(), at::MemoryFormat::ChannelsLast);
    const kernels::Narrow job{g.data_ptr<float>(), taps.data_ptr<float>(), result.data_ptr<float>(),
        height, width, inputs, g.size(2), g.size(3), outputs, padding, panels(9 * inputs)};
    at::parallel_for(0, g.size(0), 1, [&](int64_t begin, int64_t end) { kernels::run(job, begin, end, scratch(kernels::scratch_floats(job))); });
    return result;
}

enum Way : int64_t { Libtorch, Winograd, NarrowGradient };

struct Convolution : torch::autograd::Function<Convolution> {
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& maybe_bias, int64_t padding, int64_t way) {
        const Tensor bias = maybe_bias ? *maybe_bias : Tensor();
        // Only the weight's gradient needs the input: a frozen layer holds no activation.
        context->save_for_backward({weight.requires_grad() ? input : Tensor(), weight});
        context->saved_data["padding"] = padding;
        context->saved_data["way"] = way;
        context->saved_data["bias"] = bias.defined() && bias.requires_grad();
        context->saved_data["sizes"] = input.sizes();
        at::AutoDispatchBelowADInplaceOrView below;
        if (way == Winograd) return convolve(input, weight, bias, padding, false);
        return at::convolution(input, weight, bias, {1, 1}, {padding, padding}, {1, 1}, false, {0, 0}, 1);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor &input = saved[0], &weight = saved[1], gradient = gradients[0];
        const int64_t padding = context->saved_data["padding"].toInt(), way = context->saved_data["way"].toInt();
        const bool weighs = context->needs_input_grad(1) && input.defined(), biased = context->saved_data["bias"].toBool();
        Tensor to_input, to_weight, to_bias;
        if (!gradient.defined()) return {to_input, to_weight, to_bias, Tensor(), Tensor()};
        // With create_graph the gradient must have one of its own: libtorch's has.
        const bool to_differentiate = at::GradMode::is_enabled(), moves = context->needs_input_grad(0);
        if (moves && !to_differentiate)
            to_input = way == Winograd ? convolve(gradient, weight, Tensor(), 2 - padding, true) : narrow_gradient(gradient, weight, padding);
        const bool weighs_here = weighs && way == Winograd && !to_differentiate;
        if (weighs_here) to_weight = weight_gradient(input, gradient, weight, padding);
        if (weighs_here && biased) to_bias = gradient.sum({0, 2, 3});
        const std::array<bool, 3> rest{moves && to_differentiate, weighs && !weighs_here, biased && !to_bias.defined()};
        if (rest[0] || rest[1] || rest[2]) {
            // Only the weight's gradient reads the input; for the others its sizes do.
            const Tensor x = input.defined() ? input : gradient.new_zeros({1}).expand(context->saved_data["sizes"].toIntVector());
            const std::vector<int64_t> ones{1, 1}, border{padding, padding}, zeros{0, 0}, bias_sizes{weight.size(0)};
            const auto given = at::convolution_backward(gradient, x, weight, at::IntArrayRef(bias_sizes), ones, border, ones, false, zeros, 1, rest);
            if (rest[0]) to_input = std::get<0>(given);
            if (rest[1]) to_weight = std::get<1>(given);
            if (rest[2]) to_bias = std::get<2>(given);
        }
        return {to_input, to_weight, to_bias, Tensor(), Tensor()};
    }
};

bool all_are(at::IntArrayRef values, int64_t wanted) { return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == wanted; }); }

bool is_plain(const Tensor& t) { return t.scalar_type() == at::kFloat && t.layout() == at::kStrided && t.device().is_cpu() && !t.is_neg(); }

/// Layers stored channels-first stay with libtorch, which then keeps that layout.
Way way_of(const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
    if (!enabled.load(std::memory_order_relaxed) || kernels::panel_width() == 0) return Libtorch;
    if (!is_plain(input) || !is_plain(weight) || (bias && bias->defined() && !is_plain(*bias)) || input.dim() != 4 || weight.dim() != 4) return Libtorch;
    if (weight.size(2) != 3 || weight.size(3) != 3 || groups != 1 || !all_are(stride, 1) || !all_are(dilation, 1) || input.size(1) != weight.size(1)) return Libtorch;
    if (padding.empty() || padding[0] != padding.back() || padding[0] < 0 || padding[0] > 2 || input.numel() == 0 || weight.size(0) < 16) return Libtorch;
    if (input.size(2) + 2 * padding[0] < 3 || input.size(3) + 2 * padding[0] < 3) return Libtorch;
    if (bias && bias->defined() && (bias->dim() != 1 || bias->size(0) != weight.size(0))) return Libtorch; // for its error
    // Strides, not suggest_memory_format: with one channel that takes either layout for the other.
    if (weight.stride(1) != 1 && input.suggest_memory_format() != at::MemoryFormat::ChannelsLast) return Libtorch;
    return weight.size(1) >= 16 ? Winograd : weight.size(1) <= 4 ? NarrowGradient : Libtorch;
}

Tensor conv2d(const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
    const Way way = way_of(input, weight, bias, stride, padding, dilation, groups);
    const Tensor b = bias ? *bias : Tensor();
    const bool differentiates = at::GradMode::is_enabled() && (input.requires_grad() || weight.requires_grad() || (b.defined() && b.requires_grad()));
    if (way == Libtorch || (way == NarrowGradient && !(differentiates && input.requires_grad())))
        return at::native::conv2d(input, weight, bias, stride, padding, dilation, groups);
    if (differentiates) return Convolution::apply(input, weight, b.defined() ? bias : c10::nullopt, padding[0], static_cast<int64_t>(way));
    return convolve(input, weight, b, padding[0], false);
}

Tensor pool(const Tensor& x) {
    const Tensor y = at::empty({x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2}, x.options(), at::MemoryFormat::ChannelsLast);
    const kernels::Pool job{x.data_ptr<float>(), nullptr, y.data_ptr<float>(), x.size(2), x.size(3), x.size(1)};
    at::parallel_for(0, y.size(0) * y.size(2), 8, [&](int64_t begin, int64_t end) { kernels::pool(job, begin, end); });
    return y;
}

struct MaxPool : torch::autograd::Function<MaxPool> {
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input) {
        context->save_for_backward({input});
        at::AutoDispatchBelowADInplaceOrView below;
        return pool(input);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        const Tensor x = context->get_saved_variables()[0];
        if (!gradients[0].defined()) return {Tensor()};
        if (at::GradMode::is_enabled()) { // create_graph: by operators that can be differentiated again
            const auto largest = at::max_pool2d_with_indices(x.detach(), {2, 2}, {2, 2});
            return {at::max_pool2d_with_indices_backward(gradients[0], x, {2, 2}, {2, 2}, {0, 0}, {1, 1}, false, std::get<1>(largest))};
        }
        const Tensor g = gradients[0].contiguous(at::MemoryFormat::ChannelsLast), result = at::empty_like(x, x.options(), at::MemoryFormat::ChannelsLast);
        const kernels::Pool job{x.data_ptr<float>(), g.data_ptr<float>(), result.data_ptr<float>(), x.size(2), x.size(3), x.size(1)};
        at::parallel_for(0, g.size(0) * g.size(2), 8, [&](int64_t begin, int64_t end) { kernels::pool_gradient(job, begin, end); });
        return {result};
    }
};

Tensor max_pool2d(const Tensor& input, at::IntArrayRef kernel, at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool ceil_mode) {
    const bool applies = enabled.load(std::memory_order_relaxed) && kernels::panel_width() > 0 && is_plain(input) && input.dim() == 4 && !ceil_mode
        && all_are(kernel, 2) && all_are(stride, 2) && all_are(padding, 0) && all_are(dilation, 1) // no stride means that of the kernel
        && input.size(0) > 0 && input.size(1) > 1 && input.size(2) >= 2 && input.size(3) >= 2 && input.is_contiguous(at::MemoryFormat::ChannelsLast);
    if (!applies) return at::native::max_pool2d(input, kernel, stride, padding, dilation, ceil_mode);
    return at::GradMode::is_enabled() && input.requires_grad() ? MaxPool::apply(input) : pool(input);
}

TORCH_LIBRARY_IMPL(aten, AutogradCPU, library) {
    library.impl("conv2d", conv2d);
    library.impl("max_pool2d", max_pool2d);
}
TORCH_LIBRARY_IMPL(aten, CPU, library) {
    library.impl("conv2d", conv2d);
    library.impl("max_pool2d", max_pool2d);
}

} // namespace

/// Whether the kernels here are used; 0 turns them off, and forgets what is held.
EXPORT void adr_torch_set_winograd(int value) {
    enabled = value != 0;
    if (!value) cache().clear();
}

EXPORT int adr_torch_winograd() { return enabled && kernels::panel_width() > 0; }
