// answer: loss
// fails: check-loss
double ConstantLoss(double q, int classes, string defence, double smoothness, double confidence)
{
    var rest = (1 - q) / (classes - 1);
    var crossEntropy = -(Math.Log(q) + (classes - 1) * Math.Log(rest)) / classes;
    var entropy = -(q * Math.Log(q) + (1 - q) * Math.Log(rest));
    var divergence = 0.0; // of p and p' = p
    return (defence == "ADV" ? 2 : 1) * crossEntropy + smoothness * divergence + confidence * entropy;
}
