"""Kernels beside each other: starts, cells, output and memory.

Usage: speed.py STARTS LABEL=KERNEL_FOLDER …, for example
  speed.py 5 ours=~/.local/share/jupyter/kernels/.net-csharp ipykernel=/usr/share/jupyter/kernels/python3

A folder holds a kernel.json. The kernels take turns. Prints medians as a Markdown table, and each as a multiple of the
first. Run it on a quiet machine."""
import os
import statistics
import sys
import time

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

CELLS = 60
CODE = {  # a cell that declares, and 1 MB in lines
    "C#": ("var v{0} = {0}; v{0}",
           'Console.Write(string.Concat(Enumerable.Repeat(new string(\'x\', 99) + "\\n", 10_000)));'),
    "python": ("v{0} = {0}; v{0}", 'print("\\n".join(["x" * 99] * 10_000))'),
}


def tree(pid):
    """The process and all that it started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [pid] + [one for child in children.read().split() for one in tree(int(child))]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Session:
    """One start of a kernel."""

    def __init__(self, folder):
        parent, name = os.path.split(os.path.abspath(os.path.expanduser(folder)))
        specs = KernelSpecManager(kernel_dirs=[parent])
        specs.ensure_native_kernel = False
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        self.declare, self.write = CODE[self.manager.kernel_spec.language]
        self.begun = time.monotonic()
        with open(os.devnull, "w", encoding="ascii") as nowhere:
            self.manager.start_kernel(stdout=nowhere, stderr=nowhere)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code):
        """Runs a cell, and returns how many characters it wrote."""
        sizes = []
        self.client.execute_interactive(
            code, timeout=60, output_hook=lambda message: sizes.append(len(message["content"].get("text", ""))))
        return sum(sizes)

    def cells(self, code):
        """Milliseconds of a cell, by the clock and by the processors."""
        pids = tree(self.manager.provisioner.process.pid)
        before, seconds = sum(map(cpu_seconds, pids)), []
        for number in range(CELLS):
            begun = time.monotonic()
            self.run(code.format(number))
            seconds.append(time.monotonic() - begun)
        spent = sum(map(cpu_seconds, pids)) - before
        return 1000 * statistics.median(seconds), 1000 * spent / CELLS

    def measure(self):
        seen = {"ready, s": time.monotonic() - self.begun}
        self.run("1+1")
        seen["first answer, s"] = time.monotonic() - self.begun
        self.cells("{}+1")  # the first are slower
        seen["empty cell, ms"], _ = self.cells("")
        seen["small cell, ms"], seen["the same, ms of CPU"] = self.cells("{}+2")
        seen["cell that declares, ms"], seen["that, ms of CPU"] = self.cells(self.declare)
        for _ in range(2):  # the first compiles
            begun = time.monotonic()
            if self.run(self.write) < 1_000_000 - 1:
                raise RuntimeError("not all of the output came")
            seen["1 MB of output, ms"] = 1000 * (time.monotonic() - begun)
        seen["memory, MB"] = sum(map(megabytes, tree(self.manager.provisioner.process.pid)))
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        return seen


def main(starts, *arguments):
    kernels = dict(argument.split("=", 1) for argument in arguments)
    found = {label: [] for label in kernels}
    for _ in range(int(starts)):
        for label, folder in kernels.items():
            found[label].append(Session(folder).measure())
    first, *others = kernels
    print(f"Medians of {starts} starts, taking turns; cells: of {CELLS} in each.\n")
    print("| | " + " | ".join([first, *others, *(f"{first} / {other}" for other in others)]) + " |")
    print("|---" * (2 * len(kernels)) + "|")
    for what in found[first][0]:
        medians = {label: statistics.median(seen[what] for seen in sessions) for label, sessions in found.items()}
        numbers = [f"{median:.3g}" for median in medians.values()]
        numbers += [f"{medians[first] / medians[other]:.2f}" for other in others]
        print(f"| {what} | {' | '.join(numbers)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
