// answer: defence
// fails: check-defence
public sealed record MyTrades(Attack Inner, double Beta) : Defence(Inner)
{
    public override string Name => "MyTrades";

    public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor adversarial)
    {
        var (clean, attacked) = (Predict(model, batch.Images), Predict(model, adversarial));
        return Sum(batch, clean, attacked,
            ("CrossEntropy", nn.functional.cross_entropy(clean.Logits, batch.Labels)),
            ("Divergence", Loss.TradesDivergence(clean.Logits, attacked.Logits)));
    }
}
