namespace TorchSharp;

/// <summary>Whether distances may be computed by matrix products, which is faster and less exact; the numbers are libtorch's.</summary>
public enum compute_mode
{
    /// <summary>For more than 25 points.</summary>
    use_mm_for_euclid_dist_if_necessary,
    /// <summary>Always.</summary>
    use_mm_for_euclid_dist,
    /// <summary>Never.</summary>
    donot_use_mm_for_euclid_dist,
}

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The matrix product; broadcast over leading dimensions, and for vectors as fits.</summary>
        public Tensor matmul(Tensor target) => Op.Call("matmul", this, target);

        /// <summary>The product of two matrices.</summary>
        public Tensor mm(Tensor target) => Op.Call("mm", this, target);

        /// <summary>The product of a matrix and a vector.</summary>
        public Tensor mv(Tensor target) => Op.Call("mv", this, target);

        /// <summary>Products of matrices, pair by pair: [B,N,M] · [B,M,P].</summary>
        public Tensor bmm(Tensor batch2) => Op.Call("bmm", this, batch2);

        /// <summary>The inner product of two vectors.</summary>
        public Tensor dot(Tensor target) => Op.Call("dot", this, target);

        /// <summary>The product of every element of this vector with every element of another.</summary>
        public Tensor outer(Tensor vec2) => Op.Call("outer", this, vec2);

        /// <summary>beta · this + alpha · mat1 · mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Op.Call("addmm", this, mat1, mat2, (double)beta, (double)alpha);

        /// <summary>beta · this + alpha · batch1 · batch2, pair by pair.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Op.Call("baddbmm", this, batch1, batch2, (double)beta, (double)alpha);

        /// <summary>The sum of a matrix's diagonal.</summary>
        public Tensor trace() => Op.Call("trace", this);

        /// <summary>The inverse matrix.</summary>
        public Tensor inverse() => Op.Call("inverse", this);

        /// <summary>The determinant.</summary>
        public Tensor det() => Op.Call("det", this);

        /// <summary>The matrix times itself, n times.</summary>
        public Tensor matrix_power(int n) => Op.Call("matrix_power", this, n);

        /// <summary>The covariance of variables (rows) over observations (columns).</summary>
        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) =>
            Op.Call("cov", this, correction, fweights, aweights);

        /// <summary>Every pair's product in place of this element.</summary>
        public Tensor kron(Tensor other) => Op.Call("kron", this, other);
    }

    /// <summary>beta · input + alpha · mat1 · mat2.</summary>
    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => input.addmm(mat1, mat2, beta, alpha);

    /// <summary>The p-norm of the difference of every row of x1 [.., P, M] and every row of x2 [.., R, M]: [.., P, R].</summary>
    public static Tensor cdist(
        Tensor x1, Tensor x2, double p = 2, compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Op.Call("cdist", x1, x2, p, (long)compute_mode);

    /// <summary>Sums of products by Einstein's convention, such as <c>"ij,jk-&gt;ik"</c>.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Op.Call("einsum", equation, tensors);

    /// <summary>Matrix decompositions and norms.</summary>
    public static partial class linalg
    {
        /// <summary>How much of an orthogonal decomposition is wanted.</summary>
        public enum QRMode
        {
            /// <summary>As many columns as the smaller dimension has.</summary>
            Reduced = 0,
            /// <summary>A square Q.</summary>
            Complete = 1,
            /// <summary>R alone.</summary>
            R = 2,
        }

        /// <summary>The lower triangular matrix whose product with its own transpose this is.</summary>
        public static Tensor cholesky(Tensor input) => Op.Call("linalg_cholesky", input);

        /// <summary>The determinant.</summary>
        public static Tensor det(Tensor input) => Op.Call("linalg_det", input);

        /// <summary>The inverse matrix.</summary>
        public static Tensor inv(Tensor input) => Op.Call("linalg_inv", input);

        /// <summary>Eigenvalues in ascending order and eigenvectors (columns) of a symmetric matrix, of which one triangle is read.</summary>
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Op.Call2("linalg_eigh", input, UPLO.ToString());

        /// <summary>Eigenvalues of a symmetric matrix in ascending order.</summary>
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Op.Call("linalg_eigvalsh", input, UPLO.ToString());

        /// <summary>U, singular values in descending order, and V transposed: input = U · diag(S) · Vh.</summary>
        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true) => Op.Call3("linalg_svd", input, fullMatrices);

        /// <summary>Singular values in descending order.</summary>
        public static Tensor svdvals(Tensor input) => Op.Call("linalg_svdvals", input);

        /// <summary>An orthogonal Q and an upper triangular R with input = Q · R.</summary>
        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced) =>
            Op.Call2("linalg_qr", input, mode.ToString().ToLowerInvariant());

        /// <summary>X with A · X = B, or X · A = B where left is false.</summary>
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Op.Call("linalg_solve", A, B, left);

        /// <summary>The Moore-Penrose inverse; singular values below the tolerances count as zero.</summary>
        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Op.Call("linalg_pinv.atol_rtol_float", input, atol, rtol, hermitian);

        /// <summary>The number of singular values above the tolerances.</summary>
        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Op.Call("linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);

        /// <summary>The 2-norm of all elements, or over one dimension (vectors) or two (matrices, Frobenius).</summary>
        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) =>
            Op.Call("linalg_norm", input, Arg.None, dims, keepdim);

        /// <summary>A norm of this order, over one dimension (vectors) or two (matrices).</summary>
        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) =>
            Op.Call("linalg_norm", input, (double)ord, dims, keepdim);

        /// <summary>A norm of this order, over one dimension (vectors) or two (matrices).</summary>
        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Op.Call("linalg_norm", input, ord, dims, keepdim);

        /// <summary>A matrix norm: <c>"fro"</c> or <c>"nuc"</c>.</summary>
        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) =>
            Op.Call("linalg_norm.ord_str", input, ord, dims, keepdim);

        /// <summary>The norm of this order of the elements, over these dimensions or all.</summary>
        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Op.Call("linalg_vector_norm", input, ord, dims, keepdim);
    }
}
