// 3×3 convolutions of stride 1 and 2×2 max-pooling on the CPU, channels-last, float32. The instruction set is chosen when the program runs.
// Wide layers by Winograd's minimal filtering (Lavin & Gray 2016): F(4×4, 3×3) takes 36 products where the direct way takes 144.
// The gradient to an image of few channels, for which libtorch has no fast way, by one matrix product.
// Pooling keeps no indices: its gradient looks again for the largest of each window.
#pragma once
#include <cstdint>

namespace adr::convolution {

struct Weights {
    const float* data;
    int64_t outputs, inputs, panels;                            // panels: blocks of outputs that the kernel takes at once
    int64_t output_step, input_step, row_step, column_step;     // in floats
};

struct Job {
    const float* input;     // [batch,height,width,inputs]
    const float* weights;   // as transform left them
    const float* bias;      // [outputs] or null
    float* output;          // [batch,out_height,out_width,outputs]
    int64_t height, width, inputs, out_height, out_width, outputs, padding, panels, tiles_down, tiles_across;
};

struct Narrow {
    const float* gradient;  // [batch,out_height,out_width,outputs]
    const float* weights;   // [panels][outputs][panel_width]; columns are [row of the kernel][column][input]
    float* result;          // [batch,height,width,inputs]
    int64_t height, width, inputs, out_height, out_width, outputs, padding, panels;
};

/// Outputs that the kernel takes at once; 0 where this processor has no kernel.
int64_t panel_width();
int64_t transformed_floats(const Weights& w);
void transform_panel(const Weights& w, int64_t panel, float* u);

/// Tiles that one call should take, so that what it holds stays in the cache.
int64_t block(const Job& j);
int64_t scratch_floats(const Job& j, int64_t count);
void run(const Job& j, int64_t first, int64_t count, float* scratch);

/// The gradient to the weight, where job.output is the gradient to the output: each tile's inputs and gradients go to frequencies,
/// [36][count][inputs] and [36][count][outputs] with a step between frequencies; their products are summed over the tiles in
/// [36][inputs][outputs], and these sums become the gradient. outputs count in whole panels.
int64_t frequency_step(int64_t count, int64_t channels);
void transform_inputs(const Job& j, int64_t first, int64_t count, float* v, int64_t v_step);
void transform_gradients(const Job& j, int64_t first, int64_t count, float* e, int64_t e_step);
void add_products(const Job& j, int64_t frequency, int64_t panel, int64_t count, const float* v, int64_t v_step, const float* e, int64_t e_step, float* sums);
void finish_weight_gradient(const Job& j, const float* sums, int64_t input, const Weights& steps, float* gradient);

/// 2×2 max-pooling with stride 2, by rows of all images' outputs.
struct Pool {
    const float* input;     // [batch,height,width,channels]
    const float* gradient;  // [batch,height/2,width/2,channels], for pool_gradient
    float* output;          // as gradient; of pool_gradient as input
    int64_t height, width, channels;
};
void pool(const Pool& j, int64_t first_row, int64_t last_row);
void pool_gradient(const Pool& j, int64_t first_row, int64_t last_row);

int64_t scratch_floats(const Narrow& j);
void run(const Narrow& j, int64_t first_image, int64_t last_image, float* scratch);

}
