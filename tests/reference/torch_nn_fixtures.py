"""Values and gradients of layers, and parameters after optimiser steps, as PyTorch computes them.

Run with a Python that has torch (Debian: python3-torch):  python3 tests/reference/torch_nn_fixtures.py
Writes tests/Torch.Tests/NN/fixtures/{layers,init,optimisers}.json; numbers are float64 unless said otherwise.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent.parent / "Torch.Tests" / "NN" / "fixtures"


def pack(t):
    return {"shape": list(t.shape), "data": t.detach().reshape(-1).tolist()}


def write(name, content):
    HERE.mkdir(parents=True, exist_ok=True)
    (HERE / f"{name}.json").write_text(json.dumps({"torch": torch.__version__, "cases": content}) + "\n")
    print(name, len(content), "cases")


# Layers: output = f(inputs), gradients of sum(output * upstream)

def layer(name, f, **inputs):
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    output = f(**leaves)
    upstream = torch.cos(torch.arange(output.numel(), dtype=torch.float64)).reshape(output.shape)
    case = {"name": name, "inputs": {k: pack(v) for k, v in inputs.items()}, "integers": [k for k, v in inputs.items() if not v.is_floating_point()],
            "output": pack(output), "upstream": pack(upstream), "gradients": {}}
    if output.requires_grad:
        (output * upstream).sum().backward()
        case["gradients"] = {k: pack(v.grad) for k, v in leaves.items() if v.grad is not None}
    return case


def layers():
    g = torch.Generator().manual_seed(1)
    r = lambda *shape: torch.randn(shape, dtype=torch.float64, generator=g).round(decimals=2)
    x, image = r(3, 4), r(2, 2, 4, 5)
    probabilities = torch.softmax(r(3, 4), 1)
    classes = torch.tensor([2, 0, 3])
    unit = lambda *shape: torch.rand(shape, dtype=torch.float64, generator=g).clamp(0.01, 0.99).round(decimals=2)
    cases = [
        layer("linear", lambda x, w, b: F.linear(x, w, b), x=x, w=r(5, 4), b=r(5)),
        layer("linear without bias", lambda x, w: F.linear(x, w), x=x, w=r(5, 4)),
        layer("conv2d", lambda x, w, b: F.conv2d(x, w, b), x=image, w=r(3, 2, 3, 3), b=r(3)),
        layer("conv2d stride 2 padding 1,2 dilation 2,1", lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=(1, 2), dilation=(2, 1)), x=image, w=r(3, 2, 2, 3), b=r(3)),
        layer("conv2d groups", lambda x, w, b: F.conv2d(x, w, b, groups=2), x=image, w=r(4, 1, 3, 3), b=r(4)),
        layer("conv2d same", lambda x, w, b: F.conv2d(x, w, b, padding="same"), x=image, w=r(3, 2, 4, 3), b=r(3)),
        layer("conv2d same circular", lambda x, w, b: F.conv2d(F.pad(x, (1, 1, 1, 2), mode="circular"), w, b), x=image, w=r(3, 2, 4, 3), b=r(3)),
        layer("conv2d reflect", lambda x, w, b: F.conv2d(F.pad(x, (2, 2, 1, 1), mode="reflect"), w, b), x=image, w=r(3, 2, 3, 3), b=r(3)),
        layer("batch_norm training", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-5), x=image, w=r(2), b=r(2)),
        layer("batch_norm evaluation", lambda x, m, v, w, b: F.batch_norm(x, m.detach(), v.detach(), w, b, False, 0.1, 1e-3), x=image, m=r(2), v=unit(2) + 0.5, w=r(2), b=r(2)),
        layer("max_pool2d", lambda x: F.max_pool2d(x, 2), x=image),
        layer("max_pool2d stride 1 padding 1 ceil", lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, ceil_mode=True), x=image),
        layer("avg_pool2d", lambda x: F.avg_pool2d(x, 2), x=image),
        layer("avg_pool2d padding not counted", lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False), x=image),
        layer("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), x=image),
        layer("relu", lambda x: F.relu(x), x=x),
        layer("leaky_relu", lambda x: F.leaky_relu(x, 0.2), x=x),
        layer("sigmoid", lambda x: torch.sigmoid(x), x=x),
        layer("tanh", lambda x: torch.tanh(x), x=x),
        layer("silu", lambda x: F.silu(x), x=x),
        layer("gelu", lambda x: F.gelu(x), x=x),
        layer("softplus", lambda x: F.softplus(x, 2, 1), x=x),
        layer("softmax", lambda x: F.softmax(x, 1), x=x),
        layer("log_softmax", lambda x: F.log_softmax(x, 1), x=x),
        layer("flatten", lambda x: torch.flatten(x, 1), x=image),
        layer("cross_entropy", lambda x, y: F.cross_entropy(x, y), x=x, y=classes),
        layer("cross_entropy none", lambda x, y: F.cross_entropy(x, y, reduction="none"), x=x, y=classes),
        layer("cross_entropy smoothed weighted sum", lambda x, y, w: F.cross_entropy(x, y, w.detach(), reduction="sum", label_smoothing=0.1), x=x, y=classes, w=unit(4)),
        layer("cross_entropy ignoring 0", lambda x, y: F.cross_entropy(x, y, ignore_index=0), x=x, y=classes),
        layer("cross_entropy of probabilities", lambda x, p: F.cross_entropy(x, p), x=x, p=probabilities),
        layer("nll_loss", lambda x, y: F.nll_loss(x, y), x=x, y=classes),
        layer("kl_div of logarithms", lambda x, t: F.kl_div(x, t, reduction="sum", log_target=True), x=F.log_softmax(x, 1), t=probabilities.log()),
        layer("kl_div of probabilities", lambda x, t: F.kl_div(x, t, reduction="mean"), x=F.log_softmax(x, 1), t=probabilities),
        layer("mse_loss", lambda x, t: F.mse_loss(x, t), x=x, t=r(3, 4)),
        layer("l1_loss", lambda x, t: F.l1_loss(x, t), x=x, t=r(3, 4)),
        layer("binary_cross_entropy", lambda x, t: F.binary_cross_entropy(x, t), x=unit(3, 4), t=unit(3, 4).round()),
        layer("binary_cross_entropy_with_logits", lambda x, t, p: F.binary_cross_entropy_with_logits(x, t, pos_weight=p.detach()), x=x, t=unit(3, 4), p=unit(4)),
        layer("pad constant", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), x=image),
        layer("pad reflect", lambda x: F.pad(x, (1, 2, 0, 1), mode="reflect"), x=image),
        layer("pad replicate", lambda x: F.pad(x, (1, 2, 0, 1), mode="replicate"), x=image),
        layer("one_hot", lambda y: F.one_hot(y, 5), y=classes),
        layer("cosine_similarity", lambda x, t: F.cosine_similarity(x, t, 1), x=x, t=r(3, 4)),
    ]
    write("layers", cases)


# Initialisation: the same seed must give the same float32 numbers

def network():
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(4 * 3 * 3, 5), torch.nn.Dropout(0.5), torch.nn.Linear(5, 3, bias=False))


def init():
    def seeded(name, make):
        torch.manual_seed(7)
        return {"name": name, "tensors": {k: pack(v) for k, v in make().items()}}

    def filled(f, *shape):
        return lambda: {"x": f(torch.empty(shape))}

    torch.manual_seed(7)
    dropped = torch.nn.functional.dropout(torch.ones(40), 0.3)
    cases = [
        seeded("network", lambda: network().state_dict()),
        seeded("kaiming_normal_ fan out relu", filled(lambda x: torch.nn.init.kaiming_normal_(x, mode="fan_out", nonlinearity="relu"), 4, 3, 3, 3)),
        seeded("kaiming_uniform_", filled(lambda x: torch.nn.init.kaiming_uniform_(x, a=0.1), 6, 5)),
        seeded("xavier_uniform_", filled(lambda x: torch.nn.init.xavier_uniform_(x, gain=2), 6, 5)),
        seeded("xavier_normal_", filled(lambda x: torch.nn.init.xavier_normal_(x), 6, 5)),
        seeded("normal_", filled(lambda x: torch.nn.init.normal_(x, 1, 2), 20)),
        seeded("uniform_", filled(lambda x: torch.nn.init.uniform_(x, -1, 2), 20)),
        {"name": "dropout", "tensors": {"x": pack(dropped)}},
    ]
    write("init", cases)


# Optimisers: parameters and state after each step on a sum of squares

def optimisers():
    def run(name, make, schedule=None):
        g = torch.Generator().manual_seed(3)
        parameters = [torch.randn(2, 3, dtype=torch.float64, generator=g).requires_grad_(), torch.randn(4, dtype=torch.float64, generator=g).requires_grad_()]
        initial = [pack(p) for p in parameters]
        optimiser = make(parameters)
        scheduler = schedule(optimiser) if schedule else None
        steps, rates = [], []
        for _ in range(5):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.zero_grad(set_to_none=False)
            loss = (parameters[0] ** 2).sum() * 1.5 + ((parameters[1] - 1) ** 4).sum()
            loss.backward()
            optimiser.step()
            if scheduler:
                scheduler.step()
            steps.append([pack(p) for p in parameters])
        return {"name": name, "initial": initial, "steps": steps, "rates": rates}

    S, A, W = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    cases = [
        run("sgd", lambda p: S(p, 0.05)),
        run("sgd momentum", lambda p: S(p, 0.05, momentum=0.9)),
        run("sgd momentum dampening decay", lambda p: S(p, 0.05, momentum=0.9, dampening=0.3, weight_decay=0.1)),
        run("sgd nesterov decay", lambda p: S(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
        run("sgd maximize", lambda p: S(p, 0.001, momentum=0.5, weight_decay=0.1, maximize=True)),
        run("sgd groups", lambda p: S([{"params": [p[0]]}, {"params": [p[1]], "lr": 0.01, "momentum": 0.5}], 0.05, momentum=0.9)),
        run("sgd milestones", lambda p: S(p, 0.05), lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [1, 3], 0.1)),
        run("adam", lambda p: A(p, 0.1)),
        run("adam decay", lambda p: A(p, 0.1, (0.8, 0.99), 1e-6, weight_decay=0.1)),
        run("adam amsgrad", lambda p: A(p, 0.5, amsgrad=True)),
        run("adam maximize", lambda p: A(p, 0.01, maximize=True)),
        run("adamw", lambda p: W(p, 0.1, weight_decay=0.2)),
        run("adamw amsgrad", lambda p: W(p, 0.5, weight_decay=0.01, amsgrad=True)),
    ]
    write("optimisers", cases)


if __name__ == "__main__":
    layers()
    init()
    optimisers()
