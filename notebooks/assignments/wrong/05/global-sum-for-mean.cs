// answer: global
// fails: check-global
Tensor Global(Tensor z, Tensor zAttacked, Tensor y, double separation)
{
    var same = y.unsqueeze(1).eq(y.unsqueeze(0)).to(z.dtype);
    var weights = same + (1 - same) * (1 - 1 / separation);
    var distances = (z.unsqueeze(0) - zAttacked.unsqueeze(1)).abs().mean([2L]);
    return (weights * distances).sum() / z.shape[0];
}
