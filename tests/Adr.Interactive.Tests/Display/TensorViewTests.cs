using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive.Tests.Display;

public class TensorViewTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_a_matrix_has_rows_of_equal_width() => Is(
        """
        [2,3] float32 on cpu
        [[ 0.0000  1.5000 -2.2500]
         [    nan     inf 10.0000]]
        """,
        tensor(new[,] { { 0, 1.5f, -2.25f }, { float.NaN, float.PositiveInfinity, 10 } }));

    [Fact]
    public void Of_a_large_matrix_has_its_edges() => Is(
        """
        [20,12] int64 on cpu
        [[  0   1   2 …   9  10  11]
         [ 12  13  14 …  21  22  23]
         [ 24  25  26 …  33  34  35]
         …
         [204 205 206 … 213 214 215]
         [216 217 218 … 225 226 227]
         [228 229 230 … 237 238 239]]
        """,
        arange(240).reshape(20, 12));

    [Fact]
    public void Of_a_batch_has_its_first_matrix() => Is(
        """
        [2,3,1,2] float64 on cpu
        [[[[0 1]]
          …]
         …]
        """,
        arange(12, dtype: ScalarType.Float64).reshape(2, 3, 1, 2));

    [Fact]
    public void Of_one_number_is_one_line() => Is("[] float32 on cpu: 0.2500", tensor(0.25f));

    [Fact]
    public void Of_truths() => Is("[2] bool on cpu\n[ true false]", tensor(new[] { true, false }));

    [Fact]
    public void Of_tiny_numbers_is_scientific() =>
        Is("[2] float32 on cpu\n[1.500e-05 0.000e+00]", tensor(new[] { 1.5e-5f, 0 }));

    [Fact]
    public void Of_bfloat16() => Is("[1] bfloat16 on cpu\n[0.5000]", tensor(new[] { 0.5f }).to(ScalarType.BFloat16));

    [Fact]
    public void Of_nothing() => Is("[0,3] float32 on cpu: no values", zeros(0, 3));

    [Fact]
    public void Of_a_parameter_says_so() =>
        Is("[1] float32 on cpu, requires gradient\n[1]", ones(1, requires_grad: true));

    [Fact]
    public void Of_a_complex_tensor_is_its_type() =>
        Is("[2] complexfloat32 on cpu", zeros(2, dtype: ScalarType.ComplexFloat32));

    [Fact]
    public void Of_a_disposed_tensor_says_so()
    {
        var gone = ones(1);
        gone.Dispose();
        Is("disposed tensor", gone);
    }

    private static void Is(string expected, Tensor tensor) =>
        Assert.Equal(expected.ReplaceLineEndings("\n"), Show.Of(tensor).As(Mime.Text));
}
