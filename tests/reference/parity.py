#!/usr/bin/python3
"""Runs a reference attack, of fra31/auto-attack, foolbox or torchattacks, on a model that this library trained: the other half of `./adr bench --parity`.

    PYTHONPATH=AUTO-ATTACK:FOOLBOX:EAGERPY:TORCHATTACKS ADR_DATA=DATA /usr/bin/python3 tests/reference/parity.py \\
        --attack apgd-ce --model mnist-adr.safetensors --network mnist-cnn --epsilon 0.3 --points 500 --json apgd-ce.json
    ADR_DATA=DATA ./adr bench --parity mnist-adr.safetensors --network mnist-cnn --epsilon 0.3 --points 500 --attack apgd-ce --json ours/apgd-ce.json
    python3 tests/reference/parity_table.py ours/apgd-ce.json apgd-ce.json

Nothing of the references is part of this repository: fetch them yourself, and name the folders that hold `autoattack/`, `foolbox/`, `eagerpy/`
and `torchattacks/` (github.com/Harry24k/adversarial-attacks-pytorch).
Attacks, each on L-infinity, or on another norm with its name behind (square-l2, fab-linf):
    none                                 no attack: the logits of the clean images
    aa-standard                          Auto-Attack, version standard
    apgd-ce apgd-t fab-t square apgd-dlr one of its attacks alone, with the settings of that version
    fab                                  FAB untargeted, one run: the distances that it finds
    bb                                   Brendel & Bethge of foolbox: distances. Its trust region counts the images of a batch; it is made that of a
                                         batch of 50, as the library has it. It starts from blended noise, as it does by itself; where 50 draws are
                                         all right, which it refuses, from the nearest clean image with another answer
    deepfool cw                          those of foolbox, DeepFool's defaults and C&W's with 1,000 steps (L2 alone: cw-l2): distances
    pgd                                  that of foolbox, with its defaults
    mim                                  that of torchattacks, 10 steps of epsilon/5, L-infinity alone: foolbox' takes signs before it adds up
Only points that the model classifies right are attacked; the others count as not robust. Runs on the CPU.
"""
import argparse
import gzip
import hashlib
import json
import os
import platform
import random
import sys
import time

import numpy
import torch

import adr_reference
import safetensors_format

NETWORKS = {"mnist-cnn": adr_reference.MnistCnn, "cifar-cnn": adr_reference.CifarCnn}
OF_AUTO_ATTACK = ["apgd-ce", "apgd-t", "fab-t", "square", "apgd-dlr"]
NORMS = {"linf": "Linf", "l2": "L2", "l1": "L1"}
DATA = os.environ.get("ADR_DATA", "")


# --- the same network, weights and points ---------------------------------------------------------------------------------------------

def load_model(network, path):
    model = NETWORKS[network]()
    tensors, _ = safetensors_format.read(path)
    model.load_state_dict({name: torch.tensor(values, dtype=torch.float32).reshape(shape) for name, (_, shape, values) in tensors.items()})
    return model.eval().requires_grad_(False)


def load_points(network, folder, skip, count):
    """Of the test set, from number skip on: images [N,C,H,W] in [0,1], labels [N]."""
    if network == "mnist-cnn":
        pixels = bytes_of(os.path.join(folder, "mnist", "t10k-images-idx3-ubyte"))[16:].reshape(-1, 1, 28, 28)
        labels = bytes_of(os.path.join(folder, "mnist", "t10k-labels-idx1-ubyte"))[8:]
    else:
        records = bytes_of(os.path.join(folder, "cifar-10-batches-bin", "test_batch.bin")).reshape(-1, 3073)
        pixels, labels = records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]
    if skip + count > len(labels):
        sys.exit(f"parity.py: there are {len(labels)} test points, fewer than --skip and --points ask for, {skip + count}.")
    pixels, labels = pixels[skip:skip + count], labels[skip:skip + count]
    return torch.tensor(pixels).float().div_(255), torch.tensor(labels).long()


def bytes_of(path):
    for name, opened in ((path + ".gz", gzip.open), (path, open)):
        if os.path.exists(name):
            with opened(name, "rb") as file:
                return numpy.frombuffer(file.read(), numpy.uint8)
    sys.exit(f"parity.py: {path} is missing, plain or gzip. --data, or else ADR_DATA, names the folder that holds mnist/ and cifar-10-batches-bin/.")


class Counted(torch.nn.Module):
    """Counts the points that go forward through the model, and those whose gradient comes back."""

    def __init__(self, model):
        super().__init__()
        self.model, self.evaluations = model, 0

    def forward(self, images):
        self.evaluations += len(images)
        logits = self.model(images)
        if logits.requires_grad:
            logits.register_hook(self.count)
        return logits

    def count(self, gradient):
        self.evaluations += len(gradient)


# --- the references: each sets itself up and gives back what is to be timed ------------------------------------------------------------

def imported(name, needs):
    try:
        return __import__(name)
    except ImportError as problem:
        print(f"parity.py: cannot import {name} ({problem}). Put {needs} on PYTHONPATH.", file=sys.stderr)
        sys.exit(5)


def auto_attack(kind, model, images, labels, options):
    """Auto-Attack's own loop, which attacks the points that are right, and takes its own word for what is broken."""
    library = imported("autoattack", "a checkout of github.com/fra31/auto-attack")
    adversary = library.AutoAttack(model, norm=NORMS[options.norm], eps=options.epsilon, seed=options.seed, version="standard", device="cpu")
    if kind != "aa-standard":
        adversary.attacks_to_run = [kind]  # all else as set_version("standard") has it
    settings = {"version": "standard", "attacks": adversary.attacks_to_run}
    for name in ("apgd", "apgd_targeted", "fab", "square"):
        attack = getattr(adversary, name)
        for setting in ("n_iter", "n_restarts", "n_target_classes", "n_queries", "use_largereps", "eot_iter", "thr_decr", "p_init", "rescale_schedule"):
            if hasattr(attack, setting):
                settings[f"{name}.{setting}"] = getattr(attack, setting)
    lines, say = [], adversary.logger.log
    adversary.logger.log = lambda line: (lines.append(str(line)), say(line))

    def work():
        found, answers = adversary.run_standard_evaluation(images, labels, bs=options.batch, return_labels=True)
        return {"robust": answers.eq(labels), "found": found, "log": lines}

    return work, settings


def fab(_, model, images, labels, options):
    """One run from the image itself, on the points that are right; what it finds counts however far it is."""
    imported("autoattack", "a checkout of github.com/fra31/auto-attack")
    from autoattack.fab_pt import FABAttack_PT
    attack = FABAttack_PT(model, norm=NORMS[options.norm], n_restarts=1, n_iter=options.steps or 100, eps=options.epsilon, seed=options.seed, device="cpu")

    def run(x, y):
        torch.manual_seed(options.seed)
        return attack.attack_single_run(x, y)

    settings = {"n_iter": attack.n_iter, "alpha_max": attack.alpha_max, "eta": attack.eta, "beta": attack.beta}
    return lambda: {"found": on_right_points(run, model, images, labels, options), "distances": True}, settings


def foolbox(kind, model, images, labels, options):
    library = imported("foolbox", "checkouts of github.com/bethgelab/foolbox and of github.com/jonasrauber/eagerpy (Debian: apt install python3-numba python3-git, and run /usr/bin/python3)")
    attacks, subject = library.attacks, library.PyTorchModel(model, bounds=(0, 1), device="cpu")
    norm, steps = NORMS[options.norm], options.steps
    if kind == "bb":
        make = getattr(attacks, f"{'Linfinity' if norm == 'Linf' else norm}BrendelBethgeAttack")
        make(steps=1)(subject, images[:1], labels[:1], epsilons=options.epsilon)  # compiles it: a minute that is no part of the attack
        attack = make(steps=steps or 1000)
        settings = {name: getattr(attack, name) for name in ("steps", "overshoot", "lr", "lr_decay", "lr_num_decay", "momentum", "binary_search_steps")}
    elif kind == "deepfool":
        attack = getattr(attacks, norm + "DeepFoolAttack")(steps=steps or 50)
        settings = {name: getattr(attack, name) for name in ("steps", "candidates", "overshoot")}
    elif kind == "cw":
        attack = attacks.L2CarliniWagnerAttack(steps=steps or 1000)
        settings = {name: getattr(attack, name) for name in ("steps", "binary_search_steps", "stepsize", "confidence", "initial_const", "abort_early")}
    else:
        make = getattr(attacks, norm + "ProjectedGradientDescentAttack")
        attack = make(steps=steps) if steps else make()
        settings = {name: getattr(attack, name) for name in ("steps", "rel_stepsize", "abs_stepsize", "random_start", "momentum") if hasattr(attack, name)}

    def run(x, y):
        for seed in (random.seed, numpy.random.seed, torch.manual_seed):
            seed(options.seed)
        if kind == "pgd":
            return attack(subject, x, y, epsilons=options.epsilon)[1]
        if kind != "bb":
            return attack(subject, x, y, epsilons=None)[0]
        attack.lr = 0.05 / len(x)  # its trust region is lr times the pixels of the whole batch
        return attack(subject, x, y, epsilons=options.epsilon, starting_points=starts(x, y))[0]

    def starts(x, y):
        found = attacks.LinearSearchBlendedUniformNoiseAttack(directions=50).run(subject, x, y)
        answers = predictions(model, images, options.batch)
        for i in predictions(model, found, options.batch).eq(y).nonzero().flatten().tolist():
            others = images[answers.ne(y[i])]
            found[i] = others[distance(others, x[i : i + 1], options.norm).argmin()]
            settings["startsFromImages"] = settings.get("startsFromImages", 0) + 1
        return found

    return lambda: {"found": on_right_points(run, model, images, labels, options), "distances": kind != "pgd"}, settings


def torchattacks(_, model, images, labels, options):
    library = imported("torchattacks", "a checkout of github.com/Harry24k/adversarial-attacks-pytorch")
    attack = library.MIFGSM(model, eps=options.epsilon, alpha=options.epsilon / 5, steps=options.steps or 10)
    settings = {name: getattr(attack, name) for name in ("steps", "alpha", "decay")}
    return lambda: {"found": on_right_points(attack, model, images, labels, options)}, settings


def on_right_points(run, model, images, labels, options):
    """Images as an attack leaves them; those of points that are wrong already stay as they are."""
    found = images.clone()
    right = predictions(model, images, options.batch).eq(labels).nonzero().squeeze(1)
    for done, chunk in enumerate(right.split(options.batch)):
        if len(chunk):
            found[chunk] = run(images[chunk], labels[chunk]).detach()
        print(f"{min((done + 1) * options.batch, len(right))} of {len(right)} points", flush=True)
    return found


@torch.no_grad()
def predictions(model, images, batch):
    return torch.cat([model(chunk).argmax(1) for chunk in images.split(batch)])


def distance(found, images, norm):
    delta = (found - images).flatten(1)
    return delta.abs().amax(1) if norm == "linf" else delta.norm(2 if norm == "l2" else 1, dim=1)


# --- what is written ------------------------------------------------------------------------------------------------------------------

def measure(kind, options):
    model = load_model(options.network, options.model)
    images, labels = load_points(options.network, options.data, options.skip, options.points)
    natural = predictions(model, images, options.batch).eq(labels)
    report = {
        "side": "reference", "attack": options.attack, "norm": options.norm, "network": options.network, "model": os.path.basename(options.model),
        "modelSha256": sha256(open(options.model, "rb").read()), "skip": options.skip, "points": options.points,
        "pointsSha256": sha256(images.numpy().tobytes() + labels.numpy().tobytes()), "epsilon": options.epsilon,
        "seed": options.seed, "batch": options.batch, "threads": torch.get_num_threads(), "natural": natural.tolist(), "naturalCount": int(natural.sum()),
    }
    if kind == "none":
        with torch.no_grad():
            report["logits"] = torch.cat([model(chunk) for chunk in images.split(options.batch)]).tolist()
        return report
    counted = Counted(model).eval()
    attack = auto_attack if kind == "aa-standard" or kind in OF_AUTO_ATTACK else {"fab": fab, "mim": torchattacks}.get(kind, foolbox)
    work, settings = attack(kind, counted, images, labels, options)
    counted.evaluations, begun, cpu = 0, time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    found = result["found"]
    away = distance(found, images, options.norm)
    wrong = predictions(model, found, options.batch).ne(labels)
    if result.get("distances"):  # of what is misclassified; 0 where the image itself is
        away = torch.where(wrong, away, torch.full_like(away, float("inf"))).masked_fill(~natural, 0)
        robust = natural & away.gt(options.epsilon)
        report["distances"] = [d if d < float("inf") else None for d in away.tolist()]
    else:
        robust = natural & result.get("robust", ~wrong)
        report["largest"] = away.max().item()
        if report["largest"] > options.epsilon + 1e-5 or found.min() < 0 or found.max() > 1:
            sys.exit(f"parity.py: the reference left the ball or the box: {report['largest']}, [{found.min()}, {found.max()}].")
    report.update(robust=robust.tolist(), robustCount=int(robust.sum()), seconds=seconds, cpuSeconds=cpu, evaluations=counted.evaluations,
                  settings=settings, log=result.get("log", []), versions=versions())
    return report


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def versions():
    found = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
    found.update({name: getattr(sys.modules[name], "__version__", "imported, without a version") for name in ("autoattack", "foolbox", "eagerpy", "numba", "torchattacks") if name in sys.modules})
    return found


def number(text):
    """0.3, or 8/255."""
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attack", required=True)
    parser.add_argument("--model", required=True, help="a safetensors file of the library")
    parser.add_argument("--network", required=True, choices=NETWORKS)
    parser.add_argument("--epsilon", required=True, type=number, help="0.3, or 8/255")
    parser.add_argument("--points", type=int, default=500, help="so many of the test set")
    parser.add_argument("--skip", type=int, default=0, help="the points before them, so that a long run can be cut into parts")
    parser.add_argument("--steps", type=int, help="of an attack that is not of Auto-Attack; without, the reference's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=250)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", default=DATA, help="the folder that holds mnist/ and cifar-10-batches-bin/; else ADR_DATA names it")
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    kind, _, norm = options.attack.rpartition("-")
    kind, options.norm = (kind, norm) if norm in NORMS else (options.attack, "linf")
    known = ["none", "aa-standard", *OF_AUTO_ATTACK, "fab", "bb", "deepfool", "cw", "pgd", "mim"]
    if kind not in known:
        parser.error(f"there is no attack {options.attack}; choose from {', '.join(known)}, with -linf, -l2 or -l1 behind it, or nothing")
    if kind == "mim" and options.norm != "linf":
        parser.error("the reference's mim is made for L-infinity")
    if (kind, options.norm) in (("cw", "linf"), ("cw", "l1"), ("deepfool", "l1")):
        parser.error(f"the reference has no {kind} for {NORMS[options.norm]}")
    if options.steps and kind in ("none", "aa-standard", *OF_AUTO_ATTACK):
        parser.error(f"--steps does not go with {options.attack}: Auto-Attack's settings are its own")
    torch.set_num_threads(options.threads)
    report = measure(kind, options)
    with open(options.json + ".tmp", "w") as file:
        json.dump(report, file)
        file.write("\n")
    os.replace(options.json + ".tmp", options.json)
    if "robust" in report:
        print(f"{options.attack} on {report['model']}: {report['naturalCount']} of {options.points} right, {report['robustCount']} robust at {options.epsilon:.4g}, {report['seconds']:.1f} s")


if __name__ == "__main__":
    main()
