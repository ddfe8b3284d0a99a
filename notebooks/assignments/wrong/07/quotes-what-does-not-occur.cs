// answer: findings
// fails: check-findings
MaskingCheck[] Evidence() => [MaskingCheck.ZeroGradients, MaskingCheck.WholeBox, MaskingCheck.Logits];
