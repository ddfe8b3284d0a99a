// answer: loss
// fails: check-loss
double ConstantLoss(double q, int classes, string defence, double smoothness, double confidence)
{
    var rest = (1 - q) / (classes - 1);
    var entropy = -(q * Math.Log(q) + (1 - q) * Math.Log(rest));
    return -(defence == "ADV" ? 2 : 1) * Math.Log(q) + (smoothness + confidence) * entropy;
}
