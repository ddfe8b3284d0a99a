"""ADR and its baselines in plain PyTorch, each quantity as the formula is written: slow, double precision where asked, no sharing.

Sources: Bui et al., ECCV 2020 (arXiv 2007.05123) for the compactness terms; Zhang et al., ICML 2019 for TRADES; Madry et al.,
ICLR 2018 for PGD; Goodfellow et al., ICLR 2015 for FGSM. The C# library is compared with this, and was not looked at for it.

Letters: B points, K latent coordinates, C classes, x [B,1,H,W] in [0,1], z [B,K], logits [B,C]; a trailing _ is the adversarial side.
"""
import math

import torch
from torch import nn


# --- terms -------------------------------------------------------------------------------------------------------------------------

def softmax(row):
    shifted = (row - row.max()).exp()
    return shifted / shifted.sum()


def log_softmax(row):
    shifted = row - row.max()
    return shifted - shifted.exp().sum().log()


def mean(values):
    return sum(values) / len(values)


def distance(a, b):
    """d(a, b): mean over coordinates of |a - b|."""
    return (a - b).abs().mean()


def soft_cross_entropy(target, row):
    """CE(softmax(target), row) = -sum_k p_k log q_k."""
    return -(softmax(target) * log_softmax(row)).sum()


def pair_weight(label_a, label_b, separation):
    """w_ij: 1 for equal labels, 1 - 1/s for different ones."""
    return 1.0 if int(label_a) == int(label_b) else 1.0 - 1.0 / separation


def local_compactness(z, z_):
    return mean([distance(a, b) for a, b in zip(z, z_)])


def local_smoothness(logits, logits_):
    return mean([soft_cross_entropy(a, b) for a, b in zip(logits, logits_)])


def global_compactness(z, z_, y, separation=0.99):
    n = range(len(y))
    return mean([pair_weight(y[i], y[j], separation) * distance(z[j], z_[i]) for i in n for j in n])


def global_smoothness(logits, logits_, y, separation=0.99):
    n = range(len(y))
    return mean([pair_weight(y[i], y[j], separation) * soft_cross_entropy(logits[j], logits_[i]) for i in n for j in n])


def divergence(a, b):
    """KL(p || p') of two rows of logits."""
    return (softmax(a) * (log_softmax(a) - log_softmax(b))).sum()


def local_smoothness_by_kl(logits, logits_):
    return mean([divergence(a, b) for a, b in zip(logits, logits_)])


def global_smoothness_by_kl(logits, logits_, y, separation=0.99):
    n = range(len(logits))
    return mean([pair_weight(y[i], y[j], separation) * divergence(logits[j], logits_[i]) for i in n for j in n])


def confidence(logits_):
    return mean([-(softmax(row) * log_softmax(row)).sum() for row in logits_])


def cross_entropy(logits, y):
    return mean([-log_softmax(row)[int(label)] for row, label in zip(logits, y)])


def trades_divergence(logits, logits_):
    """(1/B) sum_i KL(p(x_i) || p(x'_i))."""
    return mean([(softmax(a) * (log_softmax(a) - log_softmax(b))).sum() for a, b in zip(logits, logits_)])


def boosted_cross_entropy(logits_, y):
    """MART's BCE: CE(x', y) - log(1.0001 - max_{k != y} p_k(x') + 1e-12)."""
    others = [max(softmax(row)[k] for k in range(len(row)) if k != int(label)) for row, label in zip(logits_, y)]
    return mean([-log_softmax(row)[int(label)] - (1.0001 - other + 1e-12).log() for row, label, other in zip(logits_, y, others)])


def mart_divergence(logits, logits_, y):
    """(1/B) sum_i KL(p(x_i) || p(x'_i) + 1e-12) (1.0000001 - p_y(x_i))."""
    return mean([(softmax(a) * (log_softmax(a) - (softmax(b) + 1e-12).log())).sum() * (1.0000001 - softmax(a)[int(label)]) for a, b, label in zip(logits, logits_, y)])


# --- models ------------------------------------------------------------------------------------------------------------------------

class ConvNet(nn.Module):
    """3x3 convolutions without padding in groups of `group`, a pool after each group, then hidden layers and a last one."""

    def __init__(self, channels, latent, hidden, classes=10, group=2, layers=2):
        super().__init__()
        self.feature_extractor = nn.Sequential()
        for index, (channels_in, channels_out) in enumerate(zip(channels, channels[1:]), start=1):
            self.feature_extractor.add_module(f"conv{index}", nn.Conv2d(channels_in, channels_out, 3))
            self.feature_extractor.add_module(f"relu{index}", nn.ReLU())
            if index % group == 0:
                self.feature_extractor.add_module(f"maxpool{index // group}", nn.MaxPool2d(2))
        self.classifier = nn.Sequential()
        for layer in range(1, layers + 1):
            self.classifier.add_module(f"fc{layer}", nn.Linear(latent if layer == 1 else hidden, hidden))
            self.classifier.add_module(f"relu{layer}", nn.ReLU())
        self.classifier.add_module(f"fc{layers + 1}", nn.Linear(hidden, classes))

    def represent(self, x):
        z = self.feature_extractor(x).flatten(1)
        return z, self.classifier(z)

    def forward(self, x):
        return self.represent(x)[1]


def MnistCnn():
    """The paper's MNIST network: latent [B,1024]."""
    return ConvNet([1, 32, 32, 64, 64], 1024, 200)


def CifarCnn():
    """The paper's CIFAR-10 network: latent [B,3200]."""
    return ConvNet([3, 64, 64, 128, 128], 3200, 256)


def Cifar100Cnn():
    """The paper's CIFAR-100 network: latent [B,1152]."""
    return ConvNet([3, 64, 64, 64, 128, 128, 128], 1152, 256, classes=100, group=3, layers=3)


class ToyMlp(nn.Module):
    """[B,1,1,2] in [0,1] -> stretched to [-2,2] -> 32 -> latent [B,32] -> 2 classes."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 2)

    def represent(self, x):
        z = self.fc2(self.fc1((x.flatten(1) - 0.5) * 4).relu()).relu()
        return z, self.fc3(z)

    def forward(self, x):
        return self.represent(x)[1]


class ResidualBlock(nn.Module):
    def __init__(self, inward, outward, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inward, outward, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outward)
        self.conv2 = nn.Conv2d(outward, outward, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outward)
        self.shortcut = nn.Sequential()
        if stride != 1 or inward != outward:
            self.shortcut = nn.Sequential(nn.Conv2d(inward, outward, 1, stride, bias=False), nn.BatchNorm2d(outward))

    def forward(self, x):
        return (self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())) + self.shortcut(x)).relu()


class ResNet18(nn.Module):
    """For 32x32 images: a 3x3 stem and four stages of two blocks; latent [B,512]."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inward = 64
        for stage, (width, stride) in enumerate([(64, 1), (128, 2), (256, 2), (512, 2)], start=1):
            self.add_module(f"layer{stage}", nn.Sequential(ResidualBlock(inward, width, stride), ResidualBlock(width, width, 1)))
            inward = width
        self.linear = nn.Linear(512, 10)

    def represent(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        z = x.mean((2, 3))
        return z, self.linear(z)

    def forward(self, x):
        return self.represent(x)[1]


class WideBlock(nn.Module):
    def __init__(self, inward, outward, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inward)
        self.conv1 = nn.Conv2d(inward, outward, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outward)
        self.conv2 = nn.Conv2d(outward, outward, 3, 1, 1, bias=False)
        self.convShortcut = nn.Conv2d(inward, outward, 1, stride, bias=False) if inward != outward else None

    def forward(self, x):
        start = self.bn1(x).relu()
        y = self.conv2(self.bn2(self.conv1(start)).relu())
        return y + (x if self.convShortcut is None else self.convShortcut(start))


class WideResNet(nn.Module):
    """For 32x32 images: a stem of 16, three groups of (depth - 4) / 6 blocks; latent [B,64 width]."""

    def __init__(self, depth=10, width=2):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        inward = 16
        for group, stride in enumerate([1, 2, 2], start=1):
            outward = 8 * 2 ** group * width
            blocks = [WideBlock(inward if i == 0 else outward, outward, stride if i == 0 else 1) for i in range((depth - 4) // 6)]
            self.add_module(f"block{group}", nn.Sequential())
            getattr(self, f"block{group}").add_module("layer", nn.Sequential(*blocks))
            inward = outward
        self.bn1 = nn.BatchNorm2d(inward)
        self.fc = nn.Linear(inward, 10)

    def represent(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        z = self.bn1(x).relu().mean((2, 3))
        return z, self.fc(z)

    def forward(self, x):
        return self.represent(x)[1]


class PreActBlock(nn.Module):
    """He et al. 2016b: norm and ReLU come before each convolution. The shortcut projects what the first ReLU gives, or as in Wong et al.
    2020 what the block is given."""

    def __init__(self, inward, outward, stride, fast):
        super().__init__()
        self.fast = fast
        self.bn1 = nn.BatchNorm2d(inward)
        self.conv1 = nn.Conv2d(inward, outward, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outward)
        self.conv2 = nn.Conv2d(outward, outward, 3, 1, 1, bias=False)
        if stride != 1 or inward != outward:
            self.shortcut = nn.Sequential(nn.Conv2d(inward, outward, 1, stride, bias=False))

    def forward(self, x):
        start = self.bn1(x).relu()
        y = self.conv2(self.bn2(self.conv1(start)).relu())
        return y + (self.shortcut(x if self.fast else start) if hasattr(self, "shortcut") else x)


class PreActResNet18(nn.Module):
    """For 32x32 images: a 3x3 stem and four stages of two blocks; the fast form projects the input, and has no last norm and ReLU unless norm is set; latent [B,512]."""

    def __init__(self, fast=False, classes=10, norm=False):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        inward = 64
        for stage, (width, stride) in enumerate([(64, 1), (128, 2), (256, 2), (512, 2)], start=1):
            self.add_module(f"layer{stage}", nn.Sequential(PreActBlock(inward, width, stride, fast), PreActBlock(width, width, 1, fast)))
            inward = width
        if norm or not fast:
            self.bn = nn.BatchNorm2d(inward)
        self.linear = nn.Linear(inward, classes)

    def represent(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        z = (self.bn(x).relu() if hasattr(self, "bn") else x).mean((2, 3))
        return z, self.linear(z)

    def forward(self, x):
        return self.represent(x)[1]


def silu(x):
    return x * x.sigmoid()


def same(convolution, x):
    """TensorFlow's "SAME" for 3x3: the output is ceil(side / stride) wide, and where the padding is odd, right and below get more."""
    stride, side = convolution.stride[0], x.shape[-1]
    padding = max((math.ceil(side / stride) - 1) * stride + 3 - side, 0)
    before = padding // 2
    return convolution(nn.functional.pad(x, (before, padding - before) * 2))


class SiluBlock(nn.Module):
    """Gowal et al. 2020: a pre-activation block with SiLU. Where the shape changes the wide one projects what the first SiLU gives by a
    1x1 convolution, the narrow one what the block is given by a 3x3 one."""

    def __init__(self, inward, outward, stride, wide):
        super().__init__()
        self.wide, self.names = wide, ("conv_0", "conv_1") if wide else ("conv_2d_1", "conv_2d_2")
        self.batchnorm_0 = nn.BatchNorm2d(inward)
        self.add_module(self.names[0], nn.Conv2d(inward, outward, 3, stride, bias=False))
        self.batchnorm_1 = nn.BatchNorm2d(outward)
        self.add_module(self.names[1], nn.Conv2d(outward, outward, 3, bias=False))
        if stride != 1 or inward != outward:
            self.shortcut = nn.Conv2d(inward, outward, 1 if wide else 3, stride, bias=False)

    def forward(self, x):
        first, second = (getattr(self, name) for name in self.names)
        start = silu(self.batchnorm_0(x))
        y = same(second, silu(self.batchnorm_1(same(first, start))))
        if not hasattr(self, "shortcut"):
            return y + x
        return y + (self.shortcut(start) if self.wide else same(self.shortcut, x))


class SiluNetwork(nn.Module):
    """Normalised images -> stem -> groups of blocks -> norm, SiLU, average -> logits. The constants of the normalisation are single
    precision and no weights."""

    def __init__(self, classes):
        super().__init__()
        mean, std = ([0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762]) if classes == 100 else ([0.4914, 0.4822, 0.4465], [0.2471, 0.2435, 0.2616])
        self.constants = torch.tensor(mean).view(3, 1, 1), torch.tensor(std).view(3, 1, 1)

    def represent(self, x):
        mean, std = self.constants
        x = self.body((x - mean.to(x.dtype)) / std.to(x.dtype))
        z = silu(self.batchnorm(x)).mean((2, 3))
        return z, self.logits(z)

    def forward(self, x):
        return self.represent(x)[1]


class SiluWideResNet(SiluNetwork):
    """For 32x32 images: a stem of 16, three groups of (depth - 4) / 6 blocks; latent [B,64 width]."""

    def __init__(self, depth=10, width=2, classes=10):
        super().__init__(classes)
        self.init_conv = nn.Conv2d(3, 16, 3, 1, bias=False)
        inward, groups = 16, []
        for stride, outward in [(1, 16 * width), (2, 32 * width), (2, 64 * width)]:
            group = nn.Sequential()
            group.add_module("block", nn.Sequential(*[SiluBlock(inward if i == 0 else outward, outward, stride if i == 0 else 1, True)
                                                      for i in range((depth - 4) // 6)]))
            groups.append(group)
            inward = outward
        self.layer = nn.Sequential(*groups)
        self.batchnorm = nn.BatchNorm2d(inward)
        self.logits = nn.Linear(inward, classes)

    def body(self, x):
        return self.layer(same(self.init_conv, x))


class SiluPreActResNet18(SiluNetwork):
    """For 32x32 images: a stem of 64, four groups of two blocks; latent [B,512]."""

    def __init__(self, classes=10):
        super().__init__(classes)
        self.conv_2d = nn.Conv2d(3, 64, 3, 1, bias=False)
        inward = 64
        for group, (outward, stride) in enumerate([(64, 1), (128, 2), (256, 2), (512, 2)]):
            self.add_module(f"layer_{group}", nn.Sequential(SiluBlock(inward, outward, stride, False), SiluBlock(outward, outward, 1, False)))
            inward = outward
        self.batchnorm = nn.BatchNorm2d(inward)
        self.logits = nn.Linear(inward, classes)

    def body(self, x):
        return self.layer_3(self.layer_2(self.layer_1(self.layer_0(same(self.conv_2d, x)))))


class Normalized(nn.Module):
    """(x - mean) / std before a network, with the names of a Sequential of "normalize" and "model"."""

    def __init__(self, model, mean, std):
        super().__init__()
        self.normalize = nn.Module()
        self.normalize.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.normalize.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
        self.model = model

    def represent(self, x):
        return self.model.represent((x - self.normalize.mean) / self.normalize.std)

    def forward(self, x):
        return self.represent(x)[1]


class TinyCnn(nn.Module):
    """[B,1,6,6] -> convolution 1-4 (3x3), ReLU, max pool 2 -> latent [B,16] -> 8 -> 3 classes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.hidden = nn.Linear(16, 8)
        self.last = nn.Linear(8, 3)

    def represent(self, x):
        z = torch.max_pool2d(self.conv(x).relu(), 2).flatten(1)
        return z, self.last(self.hidden(z).relu())

    def forward(self, x):
        return self.represent(x)[1]


class TinyNormCnn(nn.Module):
    """[B,1,6,6] -> convolution 1-4 (3x3) without bias, batch norm, ReLU, max pool 2 -> latent [B,16] -> 3 classes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.last = nn.Linear(16, 3)

    def represent(self, x):
        z = torch.max_pool2d(self.norm(self.conv(x)).relu(), 2).flatten(1)
        return z, self.last(z)

    def forward(self, x):
        return self.represent(x)[1]


# --- attacks -----------------------------------------------------------------------------------------------------------------------

def ball(x, candidate, norm, epsilon):
    if norm == "linf":
        return torch.min(torch.max(candidate, x - epsilon), x + epsilon)
    delta = candidate - x
    length = delta.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    return x + delta * torch.clamp(epsilon / length.clamp_min(1e-30), max=1.0)


def ascent_direction(gradient, norm):
    if norm == "linf":
        return gradient.sign()
    return gradient / gradient.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def trajectory(objective, x, start, norm, epsilon, step_size, steps):
    """x_{t+1} = P(x_t + step * direction(grad objective(x_t))); returns the points x_1..x_T and the gradients at x_0..x_{T-1}."""
    points, gradients, current = [], [], start
    for _ in range(steps):
        current = current.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(objective(current), [current])
        current = current.detach() + step_size * ascent_direction(gradient, norm)
        current = ball(x, current, norm, epsilon).clamp(0.0, 1.0)
        points.append(current)
        gradients.append(gradient)
    return points, gradients


def cross_entropy_objective(model, y):
    return lambda x_: cross_entropy(model(x_), y)


def trades_objective(model, x):
    """KL(p(x) || p(x')), differentiated in x' alone."""
    with torch.no_grad():
        clean = model(x)
    return lambda x_: trades_divergence(clean, model(x_))


# --- defences ----------------------------------------------------------------------------------------------------------------------

NO_WEIGHTS = dict(lc=0.0, ls=0.0, gc=0.0, gs=0.0, conf=0.0, separation=0.99, detach=False)
DEFAULT_WEIGHTS = dict(NO_WEIGHTS, lc=1.0, ls=1.0, gc=1.0, conf=1.0)


def batch_loss(model, family, x, x_, y, beta, weights, passes=1):
    """family: standard, madry, adv, trades or mart. Returns the total, and its terms without their weights. TRADES' own code passes x
    twice: CE is of the first pass, KL of the second, after x'."""
    if family == "madry":
        terms = {"ce_adv": cross_entropy(model(x_), y)}
        return terms["ce_adv"], terms
    z, logits = model.represent(x)
    if family == "mart":
        terms = {}
    else:
        terms = {"ce": cross_entropy(logits, y)}
        total = terms["ce"]
    if family == "standard":
        return total, terms
    z_, logits_ = model.represent(x_)
    if family == "mart":
        terms["bce"] = boosted_cross_entropy(logits_, y)
        terms["mart"] = mart_divergence(logits, logits_, y)
        total = terms["bce"] + beta * terms["mart"]
    elif family == "adv":
        terms["ce_adv"] = cross_entropy(logits_, y)
        total = total + terms["ce_adv"]
    else:
        terms["kl"] = trades_divergence(model(x) if passes == 2 else logits, logits_)
        total = total + beta * terms["kl"]
    if weights["detach"]:
        z, logits = z.detach(), logits.detach()
    s = weights["separation"]
    local, over_pairs = (local_smoothness_by_kl, global_smoothness_by_kl) if weights.get("form") == "kl" else (local_smoothness, global_smoothness)
    for name, value in [("lc", lambda: local_compactness(z, z_)), ("ls", lambda: local(logits, logits_)),
                        ("gc", lambda: global_compactness(z, z_, y, s)), ("gs", lambda: over_pairs(logits, logits_, y, s)),
                        ("conf", lambda: confidence(logits_))]:
        if weights[name] != 0.0:
            terms[name] = value()
            total = total + weights[name] * terms[name]
    return total, terms


def perturbed_weights(model, size, loss):
    """AWP: w + size ||w|| g / ||g|| for every weight of more than one dimension, g the gradient of the loss; returns what w was."""
    before = [parameter.detach().clone() for parameter in model.parameters()]
    gradients = torch.autograd.grad(loss(), list(model.parameters()))
    with torch.no_grad():
        for (name, w), g in zip(model.named_parameters(), gradients):
            if w.dim() > 1 and "weight" in name:
                w += size * w.norm() / (g.norm() + 1e-20) * g
    return before


def put_back(model, before):
    with torch.no_grad():
        for w, value in zip(model.parameters(), before):
            w.copy_(value)


def take_back(model, moves):
    """After the optimiser's step, as AWP's code does: w - size v."""
    with torch.no_grad():
        for w, move in zip(model.parameters(), moves):
            w -= move


# --- optimisers, from their definitions --------------------------------------------------------------------------------------------

class Sgd:
    """g = grad + wd w;  m = g at the first step, then mu m + g;  w -= lr m, or lr (g + mu m) with Nesterov."""

    def __init__(self, parameters, lr, momentum, weight_decay, nesterov=False):
        self.parameters, self.lr, self.momentum, self.weight_decay, self.nesterov = list(parameters), lr, momentum, weight_decay, nesterov
        self.buffers = [None] * len(self.parameters)

    @torch.no_grad()
    def step(self, gradients):
        for index, (w, grad) in enumerate(zip(self.parameters, gradients)):
            g = grad + self.weight_decay * w
            m = g.clone() if self.buffers[index] is None else self.momentum * self.buffers[index] + g
            self.buffers[index] = m
            w -= self.lr * (g + self.momentum * m if self.nesterov else m)


class Adam:
    """Kingma & Ba, ICLR 2015, algorithm 1; weight decay is added to the gradient (as torch.optim.Adam does, not AdamW)."""

    def __init__(self, parameters, lr, weight_decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.parameters, self.lr, self.weight_decay = list(parameters), lr, weight_decay
        self.beta1, self.beta2, self.epsilon, self.t = beta1, beta2, epsilon, 0
        self.m = [torch.zeros_like(w) for w in self.parameters]
        self.v = [torch.zeros_like(w) for w in self.parameters]

    @torch.no_grad()
    def step(self, gradients):
        self.t += 1
        for index, (w, grad) in enumerate(zip(self.parameters, gradients)):
            g = grad + self.weight_decay * w
            self.m[index] = self.beta1 * self.m[index] + (1 - self.beta1) * g
            self.v[index] = self.beta2 * self.v[index] + (1 - self.beta2) * g * g
            m_hat = self.m[index] / (1 - self.beta1 ** self.t)
            v_hat = self.v[index] / (1 - self.beta2 ** self.t)
            w -= self.lr * m_hat / (v_hat.sqrt() + self.epsilon)


# --- intervals ---------------------------------------------------------------------------------------------------------------------

Z95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution


def wilson(successes, total):
    """The Wilson score interval by its definition, by bisection: all p with |successes/total - p| <= z sqrt(p (1 - p) / total)."""
    share = successes / total

    def inside(p):
        return abs(share - p) <= Z95 * math.sqrt(p * (1 - p) / total)

    def border(inner, outer):
        if inside(outer):
            return outer
        for _ in range(200):
            middle = (inner + outer) / 2
            inner, outer = (middle, outer) if inside(middle) else (inner, middle)
        return inner

    return border(share, 0.0), border(share, 1.0)
