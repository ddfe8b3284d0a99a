// 3×3 convolutions on the CPU: channels-last, float32, stride 1. The instruction set is chosen when the program runs.
// Wide layers by Winograd's minimal filtering (Lavin & Gray 2016): F(4×4, 3×3) takes 36 products where the direct way takes 144.
// The gradient to an image of few channels, for which libtorch has no fast way, by one matrix product.
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

int64_t scratch_floats(const Narrow& j);
void run(const Narrow& j, int64_t first_image, int64_t last_image, float* scratch);

}
