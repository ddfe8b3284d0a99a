// answer: loss
// fails: check-loss
double ConstantLoss(double q, int classes, string defence, double smoothness, double confidence)
{
    var rest = (1 - q) / (classes - 1);
    var crossEntropy = -(Math.Log(q) + (classes - 1) * Math.Log(rest)) / classes;
    var entropy = -(q * Math.Log(q) + (1 - q) * Math.Log(rest));
    return crossEntropy + (smoothness + confidence) * entropy;
}
