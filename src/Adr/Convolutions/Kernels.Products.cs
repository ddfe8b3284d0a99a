using System.Runtime.CompilerServices;

namespace Adr.Convolutions;

/// <content>Matrix products in registers.</content>
internal sealed unsafe partial class Kernels<V>
{
    /// <summary>m [Rows,2·Width] = (add: m +) a [Rows,n]·u [n,2·Width]; the sums run over n in order.</summary>
    [MethodImpl(Inline)]
    private static void Product(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        if (V.Rows == 8) Product8(a, aRow, aStep, u, uRow, n, m, mRow, add);
        else Product4(a, aRow, aStep, u, uRow, n, m, mRow, add);
    }

    [MethodImpl(Hot)]
    private static void Product8(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        V a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default;
        V a7 = default, b7 = default;
        float* p = a, q = a + 3 * aRow, s = a + 6 * aRow;
        for (; n > 0; n--, p += aStep, q += aStep, s += aStep, u += uRow)
        {
            V left = V.Load(u), right = V.Load(u + V.Width);
            var x = V.All(p[0]);
            (a0, b0) = (V.Fused(x, left, a0), V.Fused(x, right, b0));
            x = V.All(p[aRow]);
            (a1, b1) = (V.Fused(x, left, a1), V.Fused(x, right, b1));
            x = V.All(p[2 * aRow]);
            (a2, b2) = (V.Fused(x, left, a2), V.Fused(x, right, b2));
            x = V.All(q[0]);
            (a3, b3) = (V.Fused(x, left, a3), V.Fused(x, right, b3));
            x = V.All(q[aRow]);
            (a4, b4) = (V.Fused(x, left, a4), V.Fused(x, right, b4));
            x = V.All(q[2 * aRow]);
            (a5, b5) = (V.Fused(x, left, a5), V.Fused(x, right, b5));
            x = V.All(s[0]);
            (a6, b6) = (V.Fused(x, left, a6), V.Fused(x, right, b6));
            x = V.All(s[aRow]);
            (a7, b7) = (V.Fused(x, left, a7), V.Fused(x, right, b7));
        }
        Put(m, a0, b0, add);
        Put(m + mRow, a1, b1, add);
        Put(m + 2 * mRow, a2, b2, add);
        Put(m + 3 * mRow, a3, b3, add);
        Put(m + 4 * mRow, a4, b4, add);
        Put(m + 5 * mRow, a5, b5, add);
        Put(m + 6 * mRow, a6, b6, add);
        Put(m + 7 * mRow, a7, b7, add);
    }

    [MethodImpl(Hot)]
    private static void Product4(
        float* a, nint aRow, nint aStep, float* u, nint uRow, nint n, float* m, nint mRow, bool add)
    {
        V a0 = default, a1 = default, a2 = default, a3 = default;
        V b0 = default, b1 = default, b2 = default, b3 = default;
        float* p = a, q = a + 2 * aRow;
        for (; n > 0; n--, p += aStep, q += aStep, u += uRow)
        {
            V left = V.Load(u), right = V.Load(u + V.Width);
            var x = V.All(p[0]);
            (a0, b0) = (V.Fused(x, left, a0), V.Fused(x, right, b0));
            x = V.All(p[aRow]);
            (a1, b1) = (V.Fused(x, left, a1), V.Fused(x, right, b1));
            x = V.All(q[0]);
            (a2, b2) = (V.Fused(x, left, a2), V.Fused(x, right, b2));
            x = V.All(q[aRow]);
            (a3, b3) = (V.Fused(x, left, a3), V.Fused(x, right, b3));
        }
        Put(m, a0, b0, add);
        Put(m + mRow, a1, b1, add);
        Put(m + 2 * mRow, a2, b2, add);
        Put(m + 3 * mRow, a3, b3, add);
    }

    [MethodImpl(Inline)]
    private static void Add(float* to, V value) => V.Store(to, V.Load(to) + value);

    [MethodImpl(Inline)]
    private static void Put(float* m, V left, V right, bool add)
    {
        V.Store(m, add ? V.Load(m) + left : left);
        V.Store(m + V.Width, add ? V.Load(m + V.Width) + right : right);
    }
}
