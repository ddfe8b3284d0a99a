"""Our kernel beside Debian's ipykernel: starts, cells, output and memory. Usage: speed.py KERNEL_NAME [STARTS]

The two take turns; prints medians as a Markdown table, and ours as a multiple of ipykernel's. Run it on a quiet machine."""
import statistics
import sys
import time

from jupyter_client.manager import KernelManager

OURS, STARTS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
CELLS = 30
CODE = {  # small cell, and 1 MB in lines
    OURS: ("1+1", 'Console.Write(string.Concat(Enumerable.Repeat(new string(\'x\', 99) + "\\n", 10_000)));'),
    "python3": ("1+1", 'print("\\n".join(["x" * 99] * 10_000))'),
}


def tree(pid):
    """The process and all that it started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [pid] + [one for child in children.read().split() for one in tree(int(child))]


def megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def took(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def once(name):
    """One start: seconds by what was measured, and the memory in MB."""
    small, big = CODE[name]
    manager = KernelManager(kernel_name=name)
    begun = time.monotonic()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    seen = {"ready after its start": time.monotonic() - begun}

    def run(code):
        sizes = []
        client.execute_interactive(code, timeout=60, output_hook=lambda message: sizes.append(len(str(message["content"].get("text", "")))))
        return sum(sizes)

    run(small)
    seen["first answer after its start"] = time.monotonic() - begun
    seen["empty cell"] = statistics.median(took(lambda: run("")) for _ in range(CELLS))
    seen["small cell"] = statistics.median(took(lambda: run(small)) for _ in range(CELLS))
    for _ in range(2):  # the first compiles
        begun = time.monotonic()
        assert run(big) >= 1_000_000 - 1, "not all of the output came"
        seen["1 MB of output"] = time.monotonic() - begun
    memory = [megabytes(pid) for pid in tree(manager.provisioner.process.pid)]
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seen, memory


starts = {OURS: [], "python3": []}
for _ in range(STARTS):
    for name, found in starts.items():
        found.append(once(name))

print(f"Medians of {STARTS} starts, taking turns; cells: of {CELLS} in each.\n\n| | {OURS} | ipykernel | times |\n|---|---|---|---|")
for what in starts[OURS][0][0]:
    ours, theirs = (statistics.median(seen[what] for seen, _ in found) for found in starts.values())
    print(f"| {what} | {1000 * ours:.1f} ms | {1000 * theirs:.1f} ms | {ours / theirs:.2f} |")
ours, theirs = ([statistics.median(sizes) for sizes in zip(*(memory for _, memory in found))] for found in starts.values())
print(f"| memory of its processes | {' + '.join(f'{size:.0f}' for size in ours)} MB | {' + '.join(f'{size:.0f}' for size in theirs)} MB | {sum(ours) / sum(theirs):.2f} |")
