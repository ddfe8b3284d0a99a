"""PGD on the MNIST CNN with the operators that src/Adr calls, in their order: what remains between both is the managed layer.

"library" names libadr_torch.so: its convolutions and its memory are then used here too, as they are there.
Protocol of authors_loop.py: {"do": "make", "batch": ..., "steps": ..., "threads": ..., "library": ...}, {"do": "attack"}, {"do": "about"}.
"""
import ctypes
import json
import sys
import time

import torch
from torch.nn import functional as F


class Attack:
    def __init__(self, batch, steps):
        torch.manual_seed(1)
        self.steps = steps
        self.images, self.labels = torch.rand(batch, 1, 28, 28), torch.randint(0, 10, (batch,))
        shapes = [(32, 1), (32, 32), (64, 32), (64, 64)]
        self.convolutions = [(self.channels_last(torch.randn(o, i, 3, 3) * (2 / (9 * i)) ** 0.5), torch.zeros(o)) for o, i in shapes]
        self.linears = [(torch.randn(o, i) / i ** 0.5, torch.zeros(o)) for o, i in [(200, 1024), (200, 200), (10, 200)]]

    @staticmethod
    def channels_last(weight):
        o, i, h, w = weight.shape
        return weight.permute(0, 2, 3, 1).contiguous().as_strided((o, i, h, w), (h * w * i, 1, w * i, i))

    def network(self, x):
        for index, (weight, bias) in enumerate(self.convolutions):
            x = F.conv2d(x, weight, bias)
            if index % 2:
                x = F.max_pool2d(x, 2)
            x = x.relu_()
        x = x.flatten(1)
        for weight, bias in self.linears[:-1]:
            x = F.dropout(F.linear(x, weight, bias).relu_(), 0.5, False)
        return F.linear(x, *self.linears[-1])

    def run(self):
        with torch.no_grad():
            origin, x = self.images, self.images.clone()
            flaw = torch.zeros(1)
            for _ in range(self.steps):
                with torch.enable_grad():
                    delta = torch.zeros_like(x, requires_grad=True)
                    loss = F.cross_entropy(self.network(x.detach() + delta), self.labels, reduction="sum")
                    gradient = torch.autograd.grad([loss], [delta])[0]
                flaw.add_((0 * gradient).sum())
                moved = x + 0.01 * gradient.sign()
                x = torch.maximum(torch.minimum(moved, origin + 0.3), origin - 0.3).clamp(0, 1)
            return x + flaw


def main():
    attack = None
    for line in sys.stdin:
        request = json.loads(line)
        do = request.pop("do")
        answer = {}
        if do == "make":
            torch.set_num_threads(request.pop("threads"))
            library = request.pop("library", None)
            if library:
                torch.ops.load_library(library)
                ctypes.CDLL(library).adr_torch_keep_memory()
            attack = Attack(**request)
        elif do == "attack":
            begun = time.perf_counter()
            attack.run()
            answer = {"seconds": time.perf_counter() - begun}
        elif do == "about":
            answer = {"torch": torch.__version__}
        else:
            raise SystemExit(f"expected make, attack or about; got {do}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
