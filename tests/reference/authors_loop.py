"""What the authors' training and evaluation loops compute, step by step, in plain PyTorch: the baseline of `adr bench`.

Their code does not run as published. This program does, per batch, the work that theirs describes, with none of the
savings that the library makes: parameters ask for gradients while the attack runs, pairwise terms are built as
[B,B,K] tensors, the accuracies cost two more forward passes in training mode, and the evaluation asks for every
gradient by backward(). It writes no file and prints no log, which theirs does.

Protocol: one JSON object a line on stdin, one a line on stdout.
    {"do": "make", "net": "mnist-cnn", "defence": "ADR-ADV", "batch": 128, "steps": 40, "threads": 2, "seed": 1,
     "batchFile": ..., "weights": ...}  the last two, safetensors files, instead of noise and new weights
    {"do": "train"}      one training step on the batch      -> {"seconds": ..., "loss": ...}
    {"do": "evaluate"}   one attacked batch                  -> {"seconds": ..., "right": ...}
    {"do": "about"}      versions, threads, resident memory
"""
import json
import resource
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from adr_reference import ResNet18

SEPARATION = 0.99


class ConvNet(nn.Module):
    """The paper's CNNs: two groups of 3x3 convolutions without padding, a max-pool after each, three linear layers."""

    def __init__(self, channels, groups, flat, hidden, classes=10):
        super().__init__()
        layers = []
        for group in groups:
            for width in group:
                layers += [nn.Conv2d(channels, width, 3), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(flat, hidden), nn.ReLU(), nn.Dropout(0.5), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes))

    def represent(self, images):
        latent = self.features(images).flatten(1)
        return latent, self.head(latent)

    def forward(self, images):
        return self.represent(images)[1]


def mnist_cnn():
    return ConvNet(1, [(32, 32), (64, 64)], 1024, 200)


def cifar_cnn():
    return ConvNet(3, [(64, 64), (128, 128)], 128 * 5 * 5, 256)


# name: network, image shape, radius, step size, optimiser
SETTINGS = {
    "mnist-cnn": (mnist_cnn, (1, 28, 28), 0.3, 0.01, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9)),
    "cifar-cnn": (cifar_cnn, (3, 32, 32), 8 / 255, 2 / 255, lambda p: torch.optim.Adam(p, lr=0.001)),
    "resnet18": (ResNet18, (3, 32, 32), 8 / 255, 2 / 255, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=3.5e-3)),
}


def cross_entropy_of(logits, target_logits):
    """-sum_k softmax(target)_k log softmax(logits)_k, one for each row."""
    return -(F.softmax(target_logits, dim=-1) * F.log_softmax(logits, dim=-1)).sum(-1)


def pair_weights(labels, classes):
    one_hot = F.one_hot(labels, classes).float()
    distance = (one_hot[None] - one_hot[:, None]).abs().sum(-1)
    distance = distance / distance.max()
    return (SEPARATION - distance) / SEPARATION


def pairwise_terms(z, logits, z_adv, logits_adv, labels, classes):
    """Global compactness and global smoothness with every pair laid out: [B,B,D] and [B*B,K]."""
    compact = (z.detach()[None] - z_adv[:, None]).abs().mean(-1)
    count, width = logits.shape
    clean = logits.detach()[None].repeat_interleave(count, dim=0).reshape(count * count, width)
    moved = logits_adv[:, None].repeat_interleave(count, dim=1).reshape(count * count, width)
    smooth = cross_entropy_of(moved, clean).reshape(count, count)
    weights = pair_weights(labels, classes).detach()
    return (weights * compact).mean(), (weights * smooth).mean()


def adr_terms(z, logits, z_adv, logits_adv, labels, classes):
    local_compactness = (z.detach() - z_adv).abs().mean(-1).mean()
    local_smoothness = cross_entropy_of(logits_adv, logits.detach()).mean()
    confidence = cross_entropy_of(logits_adv, logits_adv).mean()
    compact, smooth = pairwise_terms(z, logits, z_adv, logits_adv, labels, classes)
    return local_compactness + local_smoothness + compact + smooth + confidence


def safetensors(path):
    """The tensors of a file, by name; float32 and int64 are enough here."""
    types = {"F32": torch.float32, "I64": torch.int64}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(data[slice(*entry["data_offsets"])], dtype=types[entry["dtype"]]).reshape(entry["shape"]) for name, entry in header.items()}


def load(model, path):
    """Weights of the library's CNNs, whose layers are named where these are numbered: in both the order is that of the network."""
    tensors = safetensors(path)
    stems = [f"feature_extractor.conv{i}" for i in range(1, 5)] + [f"classifier.fc{i}" for i in range(1, 4)]
    with torch.no_grad():
        for parameter, name in zip(model.parameters(), [f"{stem}.{kind}" for stem in stems for kind in ("weight", "bias")], strict=True):
            parameter.copy_(tensors[name])


class Subject:
    def __init__(self, net, defence, batch, steps, seed, batchFile=None, weights=None):
        torch.manual_seed(seed)
        make, shape, self.epsilon, self.step_size, optimiser = SETTINGS[net]
        self.model, self.defence, self.steps = make(), defence, steps
        self.optimiser = optimiser(self.model.parameters())
        self.images = torch.rand(batch, *shape)
        self.labels = torch.randint(0, 10, (batch,))
        if batchFile:
            given = safetensors(batchFile)
            self.images, self.labels = given["images"], given["labels"]
        if weights:
            load(self.model, weights)

    def train(self):
        x, y, model = self.images, self.labels, self.model
        model.train()
        self.optimiser.zero_grad()
        x_adv = self.perturb_by_divergence() if self.defence.endswith("TRADES") else self.perturb_by_cross_entropy()
        model.train()
        self.optimiser.zero_grad()
        z, logits = model.represent(x)
        z_adv, logits_adv = model.represent(x_adv)
        loss = F.cross_entropy(logits, y)
        if self.defence.endswith("TRADES"):
            again = logits if self.defence.startswith("ADR") else model(x)  # as the authors' trades.py
            loss = loss + F.kl_div(F.log_softmax(logits_adv, 1), F.softmax(again, 1), reduction="sum") / len(x)
        else:
            loss = loss + F.cross_entropy(logits_adv, y)
        if self.defence.startswith("ADR"):
            loss = loss + adr_terms(z, logits, z_adv, logits_adv, y, 10)
        loss.backward()
        self.optimiser.step()
        right = (model(x).argmax(1) == y).float().mean()
        robust = (model(x_adv).argmax(1) == y).float().mean()
        return {"loss": loss.item(), "natural": right.item(), "robust": robust.item()}

    def perturb_by_cross_entropy(self):
        self.model.eval()
        x_adv = self.images + torch.empty_like(self.images).uniform_(-self.epsilon, self.epsilon)
        for _ in range(self.steps):
            x_adv.requires_grad_()
            loss = F.cross_entropy(self.model(x_adv), self.labels, reduction="sum")
            x_adv = self.project(x_adv, torch.autograd.grad(loss, [x_adv])[0])
        return x_adv.detach()

    def perturb_by_divergence(self):
        self.model.eval()
        x_adv = self.images + 0.001 * torch.randn_like(self.images)
        for _ in range(self.steps):
            x_adv.requires_grad_()
            loss = F.kl_div(F.log_softmax(self.model(x_adv), 1), F.softmax(self.model(self.images), 1), reduction="sum")
            x_adv = self.project(x_adv, torch.autograd.grad(loss, [x_adv])[0])
        return x_adv.detach()

    def project(self, x_adv, gradient):
        moved = x_adv.detach() + self.step_size * gradient.sign()
        moved = torch.min(torch.max(moved, self.images - self.epsilon), self.images + self.epsilon)
        return moved.clamp(0, 1)

    def evaluate(self):
        """Their evaluation attack: the mean loss, and backward(), which fills the gradients of all parameters too."""
        self.model.eval()
        x_adv = self.images + torch.empty_like(self.images).uniform_(-self.epsilon, self.epsilon)
        for _ in range(self.steps):
            x_adv = x_adv.detach().requires_grad_()
            F.cross_entropy(self.model(x_adv), self.labels).backward()
            moved = x_adv.detach() + self.step_size * x_adv.grad.sign()
            moved = self.images + (moved - self.images).clamp(-self.epsilon, self.epsilon)
            x_adv = moved.clamp(0, 1)
        with torch.no_grad():
            return {"right": int((self.model(x_adv).argmax(1) == self.labels).sum())}


def timed(work):
    begun = time.perf_counter()
    result = work()
    return {"seconds": time.perf_counter() - begun, **result}


def main():
    subject = None
    for line in sys.stdin:
        request = json.loads(line)
        do = request.pop("do")
        if do == "make":
            torch.set_num_threads(request.pop("threads"))
            subject, answer = Subject(**request), {}
        elif do == "train":
            answer = timed(subject.train)
        elif do == "evaluate":
            answer = timed(subject.evaluate)
        elif do == "about":
            answer = {"torch": torch.__version__, "threads": torch.get_num_threads(), "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        else:
            raise SystemExit(f"expected make, train, evaluate or about; got {do}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
