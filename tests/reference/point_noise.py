"""The random numbers of an attack, as src/Adr documents them (CounterNoise, ExampleSeeds): functions of (seed, index, coordinate).

Written again here so that attacks with a random start can be compared too, and so that a change of the numbers that a seed stands for
(which changes every published result) does not pass unseen.
"""
import math

import torch

GOLDEN, MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def key(seed, value):
    return mix(mix((seed + GOLDEN) & MASK) ^ (value & MASK))


def fraction(stream, counter):
    """53 random bits as a fraction in [0, 1): SplitMix64's output number `counter` from the state `stream`."""
    return (mix((stream + GOLDEN * (counter + 1)) & MASK) >> 11) * 2.0 ** -53


class ExampleSeeds:
    def __init__(self, seed, indices):
        self.seed, self.indices = seed & MASK, indices

    def fork(self, stream):
        return ExampleSeeds(key(self.seed, stream), self.indices)

    def uniform(self, shape, low, high):
        row = math.prod(shape[1:])
        return torch.tensor([[low + (high - low) * fraction(key(self.seed, index), 2 * i) for i in range(row)]
                             for index in self.indices], dtype=torch.float64).float().double().reshape(shape)

    def normal(self, shape):
        row = math.prod(shape[1:])
        values = []
        for index in self.indices:
            stream = key(self.seed, index)
            for i in range(0, row, 2):
                radius = math.sqrt(-2 * math.log(1 - fraction(stream, i)))
                angle = 2 * math.pi * fraction(stream, i + 1)
                values += [radius * math.cos(angle), radius * math.sin(angle)][: row - i]
        return torch.tensor(values, dtype=torch.float64).float().double().reshape(shape)


def random_start(x, norm, epsilon, seeds):
    """Uniform in the ball, then clipped to [0, 1]. The L2 ball: a uniform direction, radius epsilon u^(1/d) with u of stream 1."""
    if norm == "linf":
        delta = seeds.uniform(x.shape, -epsilon, epsilon)
    else:
        direction = seeds.normal(x.shape)
        length = direction.flatten(1).norm(dim=1)
        radius = epsilon * seeds.fork(1).uniform((x.shape[0], 1), 0, 1).flatten() ** (1 / x[0].numel())
        delta = direction * (radius / length).view(-1, 1, 1, 1)
    return (x + delta).clamp(0, 1)
