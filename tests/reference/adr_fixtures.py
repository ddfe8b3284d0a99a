#!/usr/bin/python3
"""Writes the numbers that the tests of src/Adr are compared with: tests/Adr.Tests/fixtures/adr_*.safetensors.

    /usr/bin/python3 tests/reference/adr_fixtures.py            writes the files (Debian: apt install python3-torch; any PyTorch >= 1.13)
    /usr/bin/python3 tests/reference/adr_fixtures.py NAME ...   writes these alone: mnist_cnn, attacks, ...
    /usr/bin/python3 tests/reference/adr_fixtures.py --check    computes them again and says whether the files still hold

Deterministic: inputs and weights come from SplitMix64 (the tests make the weights again from the seed), nothing from torch's generator.
Everything is computed in double precision from float32 inputs; attacks and training steps again in single precision, and a case whose
single-precision run strays (a sign of a gradient that flips, an update that differs) is refused, so that no test sits on a knife's edge.
Which case strays first depends on the processor's rounding: --check takes the seeds that the files name, and only compares.
"""
import math
import os
import re
import sys

import numpy
import torch

import adr_reference as adr
import point_noise
import safetensors_format

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Adr.Tests", "fixtures")
CHECKING = sys.argv[1:] == ["--check"]
TYPES = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64"}


# --- streams shared with the tests (tests/Adr.Tests/Reference/SplitMix.cs) -------------------------------------------------------------

def uniform(seed, *shape):
    """Multiples of 2^-24 in [0, 1), exact in float32: value i is the top 24 bits of SplitMix64's output i for this seed."""
    count = math.prod(shape)
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return torch.from_numpy((z >> numpy.uint64(40)).astype(numpy.float64) * 2.0 ** -24).reshape(shape)


def fill(model, seed):
    """Weights 2^round(log2 sqrt(6 / fan in)) (2u - 1), biases 2^-4 (2u - 1), those of norms 1 + 2^-4 (2u - 1); parameter k of the model
    from stream 1000 seed + k. Running means 2^-4 (2u - 1), running variances 1 + 2^-4 (2u - 1); buffer k from stream 1000 seed + 500 + k.
    The constants of a normalisation stay.
    All are rounded to single precision, in which the library has them."""
    with torch.no_grad():
        for index, (name, parameter) in enumerate(model.named_parameters()):
            if parameter.dim() > 1:
                scale = 2.0 ** round(math.log2(math.sqrt(6.0 / parameter[0].numel())))
            else:
                scale = 2.0 ** -4
            middle = 1 if parameter.dim() == 1 and name.endswith(".weight") else 0
            parameter.copy_((middle + scale * (2 * uniform(1000 * seed + index, *parameter.shape) - 1)).float())
        for index, (name, buffer) in enumerate((name, b) for name, b in model.named_buffers() if not name.endswith(("num_batches_tracked", ".mean", ".std"))):
            buffer.copy_(((1 if name.endswith("running_var") else 0) + 2.0 ** -4 * (2 * uniform(1000 * seed + 500 + index, *buffer.shape) - 1)).float())
    return model


def images(seed, count, side, channels=1):
    """Like digits: about a third exactly 0, some exactly 1, the rest between."""
    return (2 * uniform(seed, count, channels, side, side) - 0.625).clamp(0.0, 1.0).float().double()


# --- the reference against PyTorch's own -----------------------------------------------------------------------------------------------

def check_reference():
    """Where PyTorch has a quantity of its own, the formulas of adr_reference.py must give the same."""
    logits, logits_, y = 4 * uniform(1, 5, 7) - 2, 4 * uniform(2, 5, 7) - 2, torch.tensor([0, 6, 3, 3, 1])
    log_p, log_q = logits.log_softmax(1), logits_.log_softmax(1)
    kl = torch.nn.functional.kl_div(log_q, log_p.exp(), reduction="batchmean")
    soft = torch.nn.functional.cross_entropy(logits_, log_p.exp())
    for mine, its in [(adr.cross_entropy(logits, y), torch.nn.functional.cross_entropy(logits, y)),
                      (adr.trades_divergence(logits, logits_), kl), (adr.local_smoothness(logits, logits_), soft),
                      (adr.confidence(logits), torch.distributions.Categorical(logits=logits).entropy().mean())]:
        assert abs(mine - its) < 1e-12, (mine, its)
    for mine, its in [(OPTIMISERS["sgd"], lambda w: torch.optim.SGD(w, **SGD)), (OPTIMISERS["nesterov"], lambda w: torch.optim.SGD(w, **SGD, nesterov=True)),
                      (OPTIMISERS["adam"], lambda w: torch.optim.Adam(w, lr=0.005, weight_decay=0.01))]:
        w, v = (uniform(3, 4, 3).clone() for _ in range(2))
        v.requires_grad_()
        stepper, other = mine([w]), its([v])
        for step in range(5):
            gradient = uniform(4 + step, 4, 3) - 0.5
            stepper.step([gradient])
            v.grad = gradient.clone()
            other.step()
        assert (w - v).abs().max() < 1e-12


# --- files -------------------------------------------------------------------------------------------------------------------------

class Fixture:
    def __init__(self, name):
        self.name, self.tensors, self.metadata = name, {}, {}
        self.path = os.path.join(FOLDER, f"adr_{name}.safetensors")
        self.kept, self.notes = safetensors_format.read(self.path) if CHECKING else ({}, {})

    def seeds(self, case, candidates):
        """Seeds to try for a case: the one that the file names when checking, else all."""
        named = re.search(r"\bseed=(\d+)", self.notes.get(case, ""))
        return [int(named[1])] if named else candidates

    def add(self, name, value, single=False):
        if not torch.is_tensor(value):
            value = torch.tensor(float(value), dtype=torch.float64)
        value = value.detach().contiguous()
        if single:
            value = value.float()
        self.tensors[name] = (TYPES[value.dtype], list(value.shape), value.numpy().tobytes())

    def finish(self):
        target = self.path + ".new" if CHECKING else self.path
        safetensors_format.write(target, self.tensors, self.metadata)
        if not CHECKING:
            print(f"{os.path.getsize(target):8d} bytes  {os.path.relpath(target)}")
            return True
        computed, notes = safetensors_format.read(target)
        os.remove(target)
        problems = differences(self.kept, computed)
        problems += [f"metadata {key} is {self.notes.get(key)}, computed {notes.get(key)}" for key in self.notes | notes if self.notes.get(key) != notes.get(key)]
        print(f"{self.name}: {'; '.join(problems[:5]) or 'holds'}{' …' if len(problems) > 5 else ''}")
        return not problems


def differences(old, new, tolerance=1e-5):
    """What a file holds that was not computed: names, types, shapes, and values further apart than the relative tolerance or not finite."""
    problems = [f"{name} is in one only" for name in old.keys() ^ new.keys()]
    for name in old.keys() & new.keys():
        (dtype, shape, values), (dtype_, shape_, values_) = old[name], new[name]
        if (dtype, shape) != (dtype_, shape_):
            problems.append(f"{name} is {dtype} {shape}, computed {dtype_} {shape_}")
            continue
        error = max((abs(a - b) / (abs(b) + 1e-6) if math.isfinite(a) and math.isfinite(b) else math.inf for a, b in zip(values, values_)), default=0.0)
        if error >= tolerance:
            problems.append(f"{name} differs by {error:.1e}")
    return sorted(problems)


# --- losses ------------------------------------------------------------------------------------------------------------------------

CASES = {  # name: (B, K, C, labels, scale of the logits)
    "small": (4, 7, 3, [0, 1, 2, 1], 2.0),
    "paper": (16, 24, 10, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3], 6.0),
    "one_class": (5, 6, 10, [3] * 5, 2.0),
    "single_point": (1, 8, 10, [7], 2.0),
    "two_classes": (6, 3, 2, [0, 1, 1, 1, 0, 1], 1.0),
    "many_classes": (3, 5, 1000, [999, 0, 500], 8.0),
    "saturated": (4, 6, 5, [0, 4, 4, 2], 120.0),
}


def loss_terms(z, z_, logits, logits_, y):
    yield "lc", adr.local_compactness(z, z_)
    yield "ls", adr.local_smoothness(logits, logits_)
    yield "ls_kl", adr.local_smoothness_by_kl(logits, logits_)
    yield "gc", adr.global_compactness(z, z_, y)
    yield "gs", adr.global_smoothness(logits, logits_, y)
    yield "gs_kl", adr.global_smoothness_by_kl(logits, logits_, y)
    yield "gc_s90", adr.global_compactness(z, z_, y, 0.9)
    yield "gs_s90", adr.global_smoothness(logits, logits_, y, 0.9)
    yield "conf", adr.confidence(logits_)
    yield "ce", adr.cross_entropy(logits_, y)
    yield "kl", adr.trades_divergence(logits, logits_)
    yield "bce", adr.boosted_cross_entropy(logits_, y)
    yield "mart", adr.mart_divergence(logits, logits_, y)


def losses():
    fixture = Fixture("losses")
    for number, (name, (batch, latent, classes, labels, scale)) in enumerate(CASES.items()):
        z = (uniform(100 + 4 * number, batch, latent) * 3 - 1).clamp_min(0).float().double()  # after a ReLU: many exact zeros
        z_ = (uniform(101 + 4 * number, batch, latent) * 3 - 1).clamp_min(0).float().double()
        z_[0, : latent // 2] = z[0, : latent // 2]  # where the two agree, |a - b| has gradient 0
        logits = (scale * (2 * uniform(102 + 4 * number, batch, classes) - 1)).float().double()
        logits_ = (scale * (2 * uniform(103 + 4 * number, batch, classes) - 1)).float().double()
        y = torch.tensor(labels)
        for key, value in [("z", z), ("z_adv", z_), ("logits", logits), ("logits_adv", logits_)]:
            fixture.add(f"{name}/{key}", value, single=True)
            value.requires_grad_()
        fixture.add(f"{name}/labels", y)
        inputs = {"z": z, "z_adv": z_, "logits": logits, "logits_adv": logits_}
        for term, value in loss_terms(z, z_, logits, logits_, y):
            fixture.add(f"{name}/{term}", value)
            for key, gradient in zip(inputs, torch.autograd.grad(value, list(inputs.values()), allow_unused=True)):
                if gradient is not None:
                    fixture.add(f"{name}/{term}/grad_{key}", gradient, single=classes > 100)
    return fixture


# --- network and attacks -----------------------------------------------------------------------------------------------------------

def in_both_precisions(make, seed, run):
    """Runs run(model) in double and in single precision."""
    return run(fill(make().double(), seed), torch.float64), run(fill(make().double(), seed).float(), torch.float32)


def same_path(double, single, norm, room=10):
    """Whether both precisions took the same way, with room: no gradient entry within that many errors of a change of sign."""
    for (point, gradient), (point32, gradient32) in zip(zip(*double), zip(*single)):
        error = (gradient - gradient32.double()).abs().max()
        if norm == "linf" and ((gradient.abs() < room * error) & (gradient != 0)).any():
            return False
        if (point - point32.double()).abs().max() > 3e-6:
            return False
    return True


def shown(side, channels):
    return uniform(11, 3, 1, 1, 2).float().double() if channels == 0 else images(11, 3, side, channels)


def network(name, make, side, channels, norms=()):
    fixture = Fixture(name)
    model = fill(make().double(), 1).eval()
    x, y = shown(side, channels), torch.tensor([1, 0, 1] if channels == 0 else [7, 0, 2])
    x.requires_grad_()
    z, logits = model.represent(x)
    loss = adr.cross_entropy(logits, y)
    (gradient,) = torch.autograd.grad(loss, [x])
    for key, value in [("images", x), ("latent", z), ("logits", logits), ("loss", loss), ("input_gradient", gradient)]:
        fixture.add(key, value, single=key != "loss")
    fixture.add("labels", y)
    fixture.metadata = {"weights": "seed 1"}
    if norms:
        model.train()
        fixture.add("logits_in_training", model(x), single=True)
        for norm in norms:
            for moment in ("running_mean", "running_var"):
                fixture.add(f"{norm}.{moment}", model.state_dict()[f"{norm}.{moment}"], single=True)
    return fixture


def mnist_cnn():
    return network("mnist_cnn", adr.MnistCnn, 28, 1)


def cifar_cnn():
    return network("cifar_cnn", adr.CifarCnn, 32, 3)


def cifar100_cnn():
    return network("cifar100_cnn", adr.Cifar100Cnn, 32, 3)


def toy_mlp():
    return network("toy_mlp", adr.ToyMlp, 0, 0)


def resnet18():
    return network("resnet18", adr.ResNet18, 32, 3, norms=("bn1", "layer4.1.bn2"))


def wide_resnet():
    """WideResNet-16-2: every kind of block, in a size that a test can afford."""
    return network("wide_resnet", lambda: adr.WideResNet(16, 2), 32, 3, norms=("bn1", "block3.layer.1.bn2"))


def wide_resnet_34_10():
    return network("wide_resnet_34_10", lambda: adr.WideResNet(34, 10), 32, 3)


def preact_resnet18():
    return network("preact_resnet18", adr.PreActResNet18, 32, 3, norms=("bn", "layer4.1.bn2"))


def preact_resnet18_fast():
    return network("preact_resnet18_fast", lambda: adr.PreActResNet18(fast=True), 32, 3, norms=("layer1.0.bn1", "layer4.1.bn2"))


def preact_resnet18_fast_norm():
    return network("preact_resnet18_fast_norm", lambda: adr.PreActResNet18(fast=True, norm=True), 32, 3, norms=("bn", "layer4.1.bn2"))


def silu_preact_resnet18():
    return network("silu_preact_resnet18", adr.SiluPreActResNet18, 32, 3, norms=("batchnorm", "layer_3.1.batchnorm_1"))


def silu_wide_resnet():
    """SiluWideResNet-16-2 of 100 classes, which have another normalisation."""
    return network("silu_wide_resnet", lambda: adr.SiluWideResNet(16, 2, 100), 32, 3, norms=("batchnorm", "layer.2.block.1.batchnorm_1"))


def normalized():
    return network("normalized", lambda: adr.Normalized(adr.WideResNet(10, 2), [0.4914, 0.4822, 0.4465], [0.2471, 0.2435, 0.2616]), 32, 3)


INDICES = [5, 1_000_003]  # the points' places in an imagined data set
ATTACKS = [  # name, norm, epsilon, step, steps, objective, start
    ("fgsm", "linf", 0.1, 0.1, 1, "ce", "clean"),
    ("pgd_linf", "linf", 0.3, 0.1, 5, "ce", "clean"),
    ("pgd_l2", "l2", 1.5, 0.5, 5, "ce", "clean"),
    ("trades_linf", "linf", 0.3, 0.1, 4, "kl", "random"),
    ("trades_l2", "l2", 1.5, 0.5, 4, "kl", "random"),
    ("pgd_linf_random", "linf", 0.3, 0.1, 4, "ce", "random"),
]


def attacks():
    fixture = Fixture("attacks")
    for number, (name, norm, epsilon, step, steps, objective, start) in enumerate(ATTACKS):
        for seed in fixture.seeds(name, range(10_000 + 1000 * number, 10_200 + 1000 * number)):
            # In the L2 cases the box never binds: ball and box commute there, whichever is projected on first.
            x = images(seed, 2, 28) if norm == "linf" else (0.375 + 0.25 * uniform(seed, 2, 1, 28, 28)).float().double()
            y = torch.tensor([3, 8])
            first = x if start == "clean" else point_noise.random_start(x, norm, epsilon, point_noise.ExampleSeeds(seed, INDICES).fork(0))

            def run(model, dtype):
                clean = x.to(dtype)
                goal = adr.cross_entropy_objective(model, y) if objective == "ce" else adr.trades_objective(model, clean)
                return adr.trajectory(goal, clean, first.to(dtype), norm, epsilon, step, steps)

            double, single = in_both_precisions(adr.MnistCnn, 2, run)
            inside = norm == "linf" or all((0 < p).all() and (p < 1).all() for p in double[0])
            if CHECKING or inside and same_path(double, single, norm):
                break
        else:
            raise RuntimeError(f"{name}: no input found whose path is the same in both precisions")
        fixture.add(f"{name}/images", x, single=True)
        fixture.add(f"{name}/labels", y)
        if start == "random":
            fixture.add(f"{name}/start", first, single=True)
        for t, point in enumerate(double[0], start=1):
            fixture.add(f"{name}/x{t}", point, single=True)
        fixture.metadata[name] = f"norm={norm} epsilon={epsilon} step={step} steps={steps} loss={objective} start={start} seed={seed}"
    fixture.metadata["weights"] = "2"
    return fixture


# --- training steps ----------------------------------------------------------------------------------------------------------------

SGD = dict(lr=0.05, momentum=0.9, weight_decay=0.01)
ALL = dict(lc=0.5, ls=0.75, gc=1.25, gs=0.25, conf=1.5, separation=0.9, detach=False)
DEFENCES = [  # name, family, beta, weights
    ("standard", "standard", 0.0, adr.NO_WEIGHTS),
    ("adv", "adv", 1.0, adr.NO_WEIGHTS),
    ("adr_adv", "adv", 1.0, adr.DEFAULT_WEIGHTS),
    ("adr_adv_detached", "adv", 1.0, dict(adr.DEFAULT_WEIGHTS, detach=True)),
    ("adr_adv_all", "adv", 1.0, ALL),
    ("trades", "trades", 6.0, adr.NO_WEIGHTS),
    ("adr_trades", "trades", 6.0, adr.DEFAULT_WEIGHTS),
    ("adr_trades_detached_all", "trades", 6.0, dict(ALL, detach=True)),
]
OTHERS = [  # name, family, beta, weights, how the step is taken
    ("madry", "madry", 0.0, adr.NO_WEIGHTS, {}),
    ("mart", "mart", 5.0, adr.NO_WEIGHTS, {}),
    ("adr_mart", "mart", 5.0, adr.DEFAULT_WEIGHTS, {}),
    ("adv_awp", "adv", 1.0, adr.NO_WEIGHTS, {"awp": 0.125}),
    ("adr_trades_awp", "trades", 6.0, adr.DEFAULT_WEIGHTS, {"awp": 0.0625}),
    ("free", "madry", 0.0, adr.NO_WEIGHTS, {"replays": 3}),
    ("adr_adv_kl", "adv", 1.0, dict(adr.DEFAULT_WEIGHTS, form="kl"), {}),
    ("adr_trades_kl_all", "trades", 6.0, dict(ALL, form="kl"), {}),
]
AUTHORS = dict(adr.DEFAULT_WEIGHTS, gs=1.0, detach=True)  # all five terms, the clean side fixed, as in their scripts
SOURCES = [  # steps as the sources' own code takes them, on a network with batch norm (docs/differences.md)
    ("trades_as_source", "trades", 6.0, adr.NO_WEIGHTS, {"start": "gaussian", "passes": 2}),
    ("mart_as_source", "mart", 5.0, adr.NO_WEIGHTS, {"start": "gaussian"}),
    ("fgsm_rs_as_source", "madry", 0.0, adr.NO_WEIGHTS, {"start": "random", "mode": "train", "fast": 1.25}),
    ("awp_as_source", "madry", 0.0, adr.NO_WEIGHTS, {"start": "random", "mode": "train", "awp": 0.125, "decay": "moved"}),
    ("free_as_source", "madry", 0.0, adr.NO_WEIGHTS, {"replays": 3, "clip": "box"}),
    ("adr_trades_as_authors", "trades", 1.0, AUTHORS, {"start": "gaussian"}),
    ("adr_adv_as_authors", "adv", 1.0, AUTHORS, {"start": "uniform"}),
]
OPTIMISERS = {
    "sgd": lambda parameters: adr.Sgd(parameters, **SGD),
    "nesterov": lambda parameters: adr.Sgd(parameters, **SGD, nesterov=True),
    "adam": lambda parameters: adr.Adam(parameters, lr=0.005, weight_decay=0.01),
}
STEPS = 2  # the second step is the first in which momentum and Adam's averages say something


def train(make, side, labels, defence, optimiser, seed, dtype):
    """Two optimisation steps; returns per step (x', terms, total, the change of every parameter since the beginning)."""
    name, family, beta, weights, how = (*defence, {})[:5]
    model = fill(make().double(), seed).to(dtype)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    stepper = OPTIMISERS[optimiser](model.parameters())
    record = []
    delta = torch.zeros(len(labels), 1, side, side, dtype=dtype)  # that of free training
    moments = {key: value.clone() for key, value in model.named_buffers() if value.is_floating_point()}
    for step in range(STEPS):
        x = images(seed + 100 + step, len(labels), side).to(dtype)
        seeds = point_noise.ExampleSeeds(seed + step, range(len(labels)))
        y = torch.tensor(labels)
        path = ([], [])
        x_ = None
        if "replays" in how:
            for _ in range(how["replays"]):
                x_ = (x + delta if "clip" in how else (x + delta).clamp(0.0, 1.0)).requires_grad_()
                total, terms = adr.batch_loss(model, family, x, x_, y, beta, weights)
                *gradients, of_x = torch.autograd.grad(total, [*model.parameters(), x_])
                stepper.step(gradients)
                path[0].append(x_.detach())
                path[1].append(of_x)
                delta = (delta + 0.3 * of_x.sign()).clamp(-0.3, 0.3)
                if "clip" in how:
                    delta = torch.max(torch.min(delta, 1.0 - x), 0.0 - x)
            record.append((path, x_, terms, total, changes(model, before, moments)))
            continue
        if family != "standard":
            model.train(how.get("mode") == "train")
            objective = adr.trades_objective(model, x) if family == "trades" else adr.cross_entropy_objective(model, y)
            first = STARTS[how.get("start", "random" if family == "trades" else "clean")](x, seeds)
            size, steps = (how["fast"] * 0.3, 1) if "fast" in how else (0.125, 3)
            path = adr.trajectory(objective, x, first, "linf", 0.3, size, steps)
            x_ = path[0][-1].detach()
            model.train()
        loss = lambda: adr.batch_loss(model, family, x, x_, y, beta, weights, how.get("passes", 1))
        if "awp" in how:
            proxy_moments = [value.clone() for value in model.buffers()]
            still = adr.perturbed_weights(model, how["awp"], lambda: loss()[0])
            for value, kept in zip(model.buffers(), proxy_moments):
                value.copy_(kept)
            moves = [w.detach() - b for w, b in zip(model.parameters(), still)]
        total, terms = loss()
        gradients = torch.autograd.grad(total, list(model.parameters()))
        if "awp" in how and "decay" not in how:
            adr.put_back(model, still)
        stepper.step(gradients)
        if "awp" in how and "decay" in how:
            adr.take_back(model, moves)
        record.append((path, x_, terms, total, changes(model, before, moments)))
    return record


STARTS = {
    "clean": lambda x, seeds: x,
    "random": lambda x, seeds: point_noise.random_start(x.double(), "linf", 0.3, seeds.fork(0)).to(x.dtype),
    "uniform": lambda x, seeds: (x.double() + seeds.fork(0).uniform(x.shape, -0.3, 0.3)).to(x.dtype),  # not clipped to the box
    "gaussian": lambda x, seeds: (x.double() + 0.001 * seeds.fork(0).normal(x.shape)).to(x.dtype),     # nor this
}


def changes(model, before, moments):
    """Of every parameter, then of every moment of a batch norm."""
    return ([(p.detach() - b) for p, b in zip(model.parameters(), before)]
            + [dict(model.named_buffers())[key].clone() - value for key, value in moments.items()])


def agrees(double, single, room):
    for (path, _, terms, total, change), (path32, _, _, total32, change32) in zip(double, single):
        if not same_path(path, path32, "linf", room) or abs(total - total32) > 3e-6 * abs(total):
            return False
        for a, b in zip(change, change32):
            if (a - b.double()).abs().max() > 2.5e-5 * a.abs().max():
                return False
    return True


def training_steps(name, make, side, labels, runs, stride, room):
    """stride 1 keeps every entry of a parameter's change, a larger one every stride-th (and the norm of all)."""
    fixture = Fixture(name)
    for number, (defence, optimiser) in enumerate(runs):
        prefix = f"{defence[0]}/{optimiser}"
        for seed in fixture.seeds(prefix, range(50_000 + 2000 * number, 50_900 + 2000 * number, 3)):
            double, single = [train(make, side, labels, defence, optimiser, seed, dtype) for dtype in (torch.float64, torch.float32)]
            if CHECKING or agrees(double, single, room):
                break
        else:
            raise RuntimeError(f"{defence[0]}: no input found that is the same in both precisions")
        names = [key for key, _ in make().named_parameters()] + [key for key, value in make().named_buffers() if value.is_floating_point()]
        for step, (_, x_, terms, total, change) in enumerate(double):
            fixture.add(f"{prefix}/{step}/images", images(seed + 100 + step, len(labels), side), single=True)
            if x_ is not None:
                fixture.add(f"{prefix}/{step}/adversarial", x_, single=True)
            for term, value in terms.items():
                fixture.add(f"{prefix}/{step}/terms/{term}", value)
            fixture.add(f"{prefix}/{step}/total", total)
            for parameter, delta in zip(names, change):
                fixture.add(f"{prefix}/{step}/change/{parameter}", delta.flatten()[::stride], single=True)
                fixture.add(f"{prefix}/{step}/norm/{parameter}", delta.norm())
        weights = " ".join(f"{key}={value}" for settings in defence[3:] for key, value in settings.items())
        fixture.metadata[prefix] = f"seed={seed} family={defence[1]} beta={defence[2]} {weights}"
        print(f"{name} {prefix}: seed {seed}, total {[float(r[3]) for r in double]}")
    fixture.add("labels", torch.tensor(labels))
    return fixture


def tiny_training():
    runs = [(defence, optimiser) for defence in DEFENCES for optimiser in ("sgd", "adam")] + [(DEFENCES[2], "nesterov")]
    return training_steps("training_tiny", adr.TinyCnn, 6, [0, 2, 1, 1, 0, 2], runs, stride=1, room=10)


def other_training():
    runs = [(defence, optimiser) for defence in OTHERS for optimiser in ("sgd", "adam")]
    return training_steps("training_others", adr.TinyCnn, 6, [0, 2, 1, 1, 0, 2], runs, stride=1, room=10)


def source_training():
    runs = [(defence, "sgd") for defence in SOURCES]
    return training_steps("training_sources", adr.TinyNormCnn, 6, [0, 2, 1, 1, 0, 2], runs, stride=1, room=10)


def mnist_training():
    runs = [(DEFENCES[2], "sgd"), (DEFENCES[6], "sgd")]
    return training_steps("training_mnist", adr.MnistCnn, 28, [3, 8, 3, 0], runs, stride=211, room=3)


# --- intervals ---------------------------------------------------------------------------------------------------------------------

def intervals():
    fixture = Fixture("wilson")
    cases = [(0, 1), (1, 1), (0, 10), (8, 10), (10, 10), (1, 20), (150, 300), (1456, 1500), (940, 1500), (9999, 10000)]
    fixture.add("cases", torch.tensor(cases))
    fixture.add("intervals", torch.tensor([adr.wilson(*case) for case in cases], dtype=torch.float64))
    return fixture


# --- t-SNE -------------------------------------------------------------------------------------------------------------------------

def tsne():
    """scikit-learn's affinities and how far its exact t-SNE brings the divergence down (Debian: apt install python3-sklearn)."""
    from sklearn.manifold import TSNE, _t_sne
    from scipy.spatial.distance import pdist, squareform
    fixture = Fixture("tsne")
    points = uniform(77, 150, 10)
    for row in range(150):
        points[row, row % 5] += 0.8  # five groups that overlap
    fixture.add("points", points)
    x = points.numpy()
    for perplexity in (5, 20, 40):
        fixture.add(f"affinities/{perplexity}", torch.tensor(squareform(_t_sne._joint_probabilities(squareform(pdist(x, "sqeuclidean")), perplexity, 0))[:10]), single=True)
        found = TSNE(perplexity=perplexity, method="exact", init="pca", learning_rate="auto", random_state=0).fit(x)
        fixture.add(f"divergence/{perplexity}", torch.tensor(round(float(found.kl_divergence_), 2), dtype=torch.float64))  # its last digits hang on rounding
        print(f"tsne, perplexity {perplexity}: divergence {found.kl_divergence_:.4f} after {found.n_iter_} steps")
    return fixture


MAKERS = {make.__name__: make for make in (
    losses, mnist_cnn, cifar_cnn, cifar100_cnn, toy_mlp, resnet18, wide_resnet, wide_resnet_34_10,
    preact_resnet18, preact_resnet18_fast, preact_resnet18_fast_norm, silu_preact_resnet18, silu_wide_resnet, normalized, attacks, tiny_training, mnist_training, other_training, source_training, intervals, tsne)}


if __name__ == "__main__":
    names = list(MAKERS) if CHECKING else sys.argv[1:] or list(MAKERS)
    if not set(names) <= set(MAKERS):
        sys.exit(f"{__doc__}\nNames: {', '.join(MAKERS)}")
    torch.set_num_threads(1)
    check_reference()
    os.makedirs(FOLDER, exist_ok=True)
    held = [MAKERS[name]().finish() for name in names]
    sys.exit(0 if all(held) else "the files and this script disagree: run the script without --check and review what changed")
