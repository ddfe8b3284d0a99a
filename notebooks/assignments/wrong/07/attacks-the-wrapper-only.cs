// answer: attack
// fails: check-broken
Tensor Bpda(Thermometer model, Func<Tensor, Tensor> code, Tensor images, Tensor labels, ThreatModel threat) =>
    new Pgd(threat, 40, threat.Epsilon / 10).Run(model, images, labels, seed: 1);
