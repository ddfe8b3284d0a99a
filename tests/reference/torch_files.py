#!/usr/bin/python3
"""Writes files as PyTorch's users save them, for the tests of src/Adr/Models/TorchFile.cs: tests/Adr.Tests/fixtures/torch/*.pt.

    /usr/bin/python3 tests/reference/torch_files.py     (Debian: apt install python3-torch python3-numpy; any PyTorch >= 1.13)

The networks have the weights of seed 1 (fill() of adr_fixtures.py), so that the tests can make the numbers again. hostile_*.pt hold what
Python's unpickler would call; this script pickles it and never loads it. names.txt has the names and shapes of every network that
published checkpoints are of, and how many weights each has in the sizes that are published. PyTorch's older form names storages by
their addresses, so those two files differ from run to run; nothing else does.
"""
import argparse
import os
import pickle
import struct
import zipfile
from collections import OrderedDict

import numpy
import torch

import adr_reference as adr
from adr_fixtures import FOLDER, fill

FOLDER = os.path.join(FOLDER, "torch")


def save(name, content, **how):
    path = os.path.join(FOLDER, name + ".pt")
    torch.save(content, path, **how)
    print(f"{os.path.getsize(path):8d} bytes  {os.path.relpath(path)}")


def prefixed(state, prefix):
    result = OrderedDict((prefix + name, value) for name, value in state.items())
    result._metadata = state._metadata  # as state_dict() has it
    return result


# --- checkpoints -------------------------------------------------------------------------------------------------------------------

def checkpoint(prefix="module."):
    """What a training program saves: the weights of a wrapped network among other things."""
    model = fill(adr.ToyMlp(), 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 1, 1, 2)).sum().backward()
    optimizer.step()
    state = prefixed(fill(model, 1).state_dict(), prefix)
    return {"epoch": 3, "state_dict": state, "optimizer": optimizer.state_dict(), "best": numpy.float64(0.5), "name": "Björn",
            "losses": [1.5, 2.5], "args": argparse.Namespace(lr=0.1, layers=(1, 2), device=torch.device("cpu")), "amp": None, "seed": 2 ** 70}


def checkpoints():
    save("checkpoint", checkpoint())
    save("legacy", checkpoint(), _use_new_zipfile_serialization=False)
    save("protocol4", checkpoint(), pickle_protocol=4)
    save("plain", fill(adr.ToyMlp(), 1).state_dict())
    save("parameters", OrderedDict((name, torch.nn.Parameter(value)) for name, value in fill(adr.ToyMlp(), 1).state_dict().items()))
    save("two_states", {"net": fill(adr.ToyMlp(), 1).state_dict(), "ema_state_dict": fill(adr.ToyMlp(), 2).state_dict()})
    save("unnamed_states", {"best": fill(adr.ToyMlp(), 1).state_dict(), "final": fill(adr.ToyMlp(), 2).state_dict()})
    wide = fill(adr.WideResNet(10, 1), 1).half()
    state = wide.state_dict()
    for name in [name for name in state if name.startswith("block1.")]:  # defined by TRADES' class and never used
        state["sub_" + name] = -state[name]
    state["mu"] = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
    state["sigma"] = torch.tensor([0.2471, 0.2435, 0.2616]).view(1, 3, 1, 1)
    save("wide_resnet_10_1", {"state_dict": prefixed(state, "module.")})
    whole = torch.arange(24.0)
    save("layouts", {
        "channels_last": whole.reshape(2, 3, 2, 2).to(memory_format=torch.channels_last), "transposed": whole.reshape(4, 6).t(),
        "offset": whole[5:17], "steps": whole[1::5], "shared": whole, "scalar": torch.tensor(7), "empty": torch.zeros(0, 3),
        "float64": whole.double(), "float16": whole.half(), "bfloat16": whole.bfloat16(), "int64": whole.long(), "int32": whole.int(),
        "int16": whole.short(), "int8": whole.char(), "uint8": whole.byte(), "bool": whole > 11,
    })


# --- hostile files -----------------------------------------------------------------------------------------------------------------

class Calls:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Network(torch.nn.Linear):
    """A class of the program that saves it."""


def archive(name, program):
    """A zip as torch.save writes it, with a pickle of our own."""
    path = os.path.join(FOLDER, name + ".pt")
    with zipfile.ZipFile(path, "w") as file:
        for entry, content in [("data.pkl", program), ("data/0", struct.pack("<4f", 1, 2, 3, 4)), ("version", b"3\n")]:
            file.writestr(zipfile.ZipInfo(f"{name}/{entry}"), content)
    print(f"{os.path.getsize(path):8d} bytes  {os.path.relpath(path)}")


def hostile():
    import subprocess
    weights = {"w": torch.ones(2)}
    touch = "touch pwned"
    save("hostile_system", {**weights, "x": Calls(os.system, touch)})
    save("hostile_legacy", {**weights, "x": Calls(os.system, touch)}, _use_new_zipfile_serialization=False)
    save("hostile_protocol4", {**weights, "x": Calls(os.system, touch)}, pickle_protocol=4)
    save("hostile_eval", {**weights, "x": Calls(eval, f"__import__('os').system('{touch}')")})
    save("hostile_exec", {**weights, "x": Calls(exec, f"import os; os.system('{touch}')")})
    save("hostile_popen", {**weights, "x": Calls(subprocess.Popen, ["touch", "pwned"])})
    save("hostile_open", {**weights, "x": Calls(open, "pwned", "w")})
    save("hostile_getattr", {**weights, "x": Calls(getattr, weights["w"], "numpy")})
    save("hostile_key", {Calls(os.system, touch): torch.ones(2)})
    save("hostile_model", Network(2, 2))
    archive("hostile_inst", b"\x80\x02(X\x0b\0\0\0touch pwnediposix\nsystem\n.")
    archive("hostile_obj", b"\x80\x02(cposix\nsystem\nX\x0b\0\0\0touch pwnedo.")
    archive("hostile_abort", b"\x80\x02}X\x01\0\0\0wcos\nabort\n)Rs.")
    archive("hostile_extension", b"\x80\x02}X\x01\0\0\0w\x82\x01s.")
    archive("hostile_dotted_name", b"\x80\x04}\x8c\x01w\x8c\x05torch\x8c\x10serialization.os\x93)Rs.")


# --- names -------------------------------------------------------------------------------------------------------------------------

NETWORKS = {  # in the sizes whose loading a test can afford
    "resnet-18": adr.ResNet18,
    "preact-resnet-18": adr.PreActResNet18,
    "preact-resnet-18-fast": lambda: adr.PreActResNet18(fast=True),
    "preact-resnet-18-fast-norm": lambda: adr.PreActResNet18(fast=True, norm=True),
    "silu-preact-resnet-18": adr.SiluPreActResNet18,
    "wide-resnet-28-10": lambda: adr.WideResNet(28, 10),
    "wide-resnet-70-1": lambda: adr.WideResNet(70, 1),
    "silu-wide-resnet-28-10": lambda: adr.SiluWideResNet(28, 10),
    "silu-wide-resnet-106-1": lambda: adr.SiluWideResNet(106, 1),
}
SIZES = [*((adr.WideResNet, "wide-resnet", size) for size in [(34, 10), (34, 15), (34, 20), (70, 16)]),
         *((adr.SiluWideResNet, "silu-wide-resnet", size) for size in [(34, 10), (34, 20), (70, 16), (82, 8), (94, 16), (106, 16)])]


def shape(tensor):
    return ",".join(map(str, tensor.shape)) or "-"


def names():
    path = os.path.join(FOLDER, "names.txt")
    with open(path, "w", newline="\n") as file:
        for name, make in NETWORKS.items():
            file.write(f"network {name}\n")
            for key, value in make().state_dict().items():
                file.write(f"{key} {shape(value)}\n")
        for make, family, (depth, width) in SIZES:
            narrow = make(depth, 1).state_dict()
            weights = sum(value.numel() for value in widened(make, depth, width) if value.dim() == 4)
            file.write(f"size {family}-{depth}-{width} {len(narrow)} {weights}\n")
    print(f"{os.path.getsize(path):8d} bytes  {os.path.relpath(path)}")


def widened(make, depth, width):
    """The parameters of a network with gigabytes of them, none of which is touched."""
    own, torch.nn.Conv2d.reset_parameters = torch.nn.Conv2d.reset_parameters, lambda self: None
    try:
        return [value.detach() for value in make(depth, width).parameters()]
    finally:
        torch.nn.Conv2d.reset_parameters = own


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    checkpoints()
    hostile()
    names()
