#include "convolution.h"

#include <algorithm>
#include <cstring>

namespace adr::convolution {
namespace {

/// At least n floats, an odd number of cache lines.
int64_t spread(int64_t n) { return ((n + 15) / 16 | 1) * 16; }

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HAS_X86_KERNELS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#define WIDTH 8
#define ROWS 6
#include "convolution_kernel.inc"
#undef WIDTH
#undef ROWS
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx2,fma")
namespace avx512 {
#define WIDTH 16
#define ROWS 12
#include "convolution_kernel.inc"
#undef WIDTH
#undef ROWS
}
#pragma GCC pop_options
#elif defined(__aarch64__)
namespace neon {
#define WIDTH 4
#define ROWS 8
#include "convolution_kernel.inc"
#undef WIDTH
#undef ROWS
}
#endif

struct Kernel {
    int64_t width;
    void (*weights)(const Weights&, int64_t, float*);
    void (*tiles)(const Job&, int64_t, int64_t, float*);
    void (*narrow)(const Narrow&, int64_t, int64_t, float*);
    void (*to_frequencies)(const Job&, int64_t, int64_t, float*, int64_t);
    void (*gradient_to_frequencies)(const Job&, int64_t, int64_t, float*, int64_t);
    void (*weight_products)(const Job&, int64_t, int64_t, int64_t, const float*, int64_t, const float*, int64_t, float*);
    void (*weight_gradient)(const Job&, const float*, int64_t, const Weights&, float*);
    void (*pool)(const Pool&, int64_t, int64_t);
    void (*pool_gradient)(const Pool&, int64_t, int64_t);
};

#define KERNEL(width, set) {width, set::weights_panel, set::tiles, set::narrow_gradient, set::to_frequencies, set::gradient_to_frequencies, set::weight_products, set::weight_gradient, \
    set::pool, set::pool_gradient}

Kernel choose() {
#if defined(HAS_X86_KERNELS)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return KERNEL(32, avx512);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KERNEL(16, avx2);
    return {};
#elif defined(__aarch64__)
    return KERNEL(8, neon);
#else
    return {};
#endif
}

const Kernel& kernel() {
    static const Kernel chosen = choose();
    return chosen;
}

} // namespace

int64_t panel_width() { return kernel().width; }

int64_t transformed_floats(const Weights& w) { return 36 * w.panels * w.inputs * kernel().width; }

void transform_panel(const Weights& w, int64_t panel, float* u) { kernel().weights(w, panel, u); }

int64_t block(const Job& j) {
    const int64_t tile = 36 * (j.inputs + j.panels * kernel().width) * sizeof(float), weights = 36 * j.inputs * j.panels * kernel().width * sizeof(float);
    // Tiles beside each other in the second-level cache; but weights that do not fit there are read once a block, so blocks grow with them.
    const int64_t fitting = (256 << 10) / tile, worthwhile = weights / (128 << 10);
    return std::clamp<int64_t>(std::max(fitting, worthwhile) / 12 * 12, 12, 96);
}

int64_t scratch_floats(const Job& j, int64_t count) { return 36 * (spread(count * j.inputs) + spread(count * j.panels * kernel().width)); }

void run(const Job& j, int64_t first, int64_t count, float* scratch) { kernel().tiles(j, first, count, scratch); }

int64_t frequency_step(int64_t count, int64_t channels) { return spread(count * channels); }

void transform_inputs(const Job& j, int64_t first, int64_t count, float* v, int64_t v_step) { kernel().to_frequencies(j, first, count, v, v_step); }

void transform_gradients(const Job& j, int64_t first, int64_t count, float* e, int64_t e_step) { kernel().gradient_to_frequencies(j, first, count, e, e_step); }

void add_products(const Job& j, int64_t frequency, int64_t panel, int64_t count, const float* v, int64_t v_step, const float* e, int64_t e_step, float* sums) {
    kernel().weight_products(j, frequency, panel, count, v, v_step, e, e_step, sums);
}

void finish_weight_gradient(const Job& j, const float* sums, int64_t input, const Weights& steps, float* gradient) { kernel().weight_gradient(j, sums, input, steps, gradient); }

void pool(const Pool& j, int64_t first, int64_t last) { kernel().pool(j, first, last); }

void pool_gradient(const Pool& j, int64_t first, int64_t last) { kernel().pool_gradient(j, first, last); }

int64_t scratch_floats(const Narrow& j) {
    return j.out_width * j.panels * kernel().width + (j.height + 2 * j.padding) * (j.width + 2 * j.padding) * j.inputs;
}

void run(const Narrow& j, int64_t first, int64_t last, float* scratch) { kernel().narrow(j, first, last, scratch); }

}
