"""What cells leave in the memory of a kernel: resident megabytes after the first hundred cells, and after more.

Usage: memory.py KERNEL_FOLDER [CELLS], for example
  memory.py ~/.local/share/jupyter/kernels/.net-csharp 1000"""
import os
import sys

import speed

HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = os.path.abspath(os.path.join(HERE, "..", "..", "artifacts", "notebook", "Adr.Interactive.dll"))
FIRST = 100
KINDS = {
    "an expression": "i + 1",
    "a figure": 'new LineFigure("t", new LineSeries("a", [1, 2, 3], [1, 2, i]))',
    "a declaration": "var v{0} = {0};",
}


def growth(folder, code, cells):
    """Megabytes of the engine, the largest process, after the first cells and after all."""
    session = speed.Session(folder)
    session.run("var i = 1;")
    session.run(f'#r "{FIGURES}"')
    session.run("using Adr.Interactive;")
    seen = []
    for number in range(cells):
        session.run(code.format(number))
        if number + 1 in (FIRST, cells):
            seen.append(max(map(speed.megabytes, speed.tree(session.manager.provisioner.process.pid))))
    session.client.stop_channels()
    session.manager.shutdown_kernel(now=True)
    return seen


def main(folder, cells="1000"):
    print(f"| a cell with | after {FIRST} cells, MB | after {cells} cells, MB | growth |\n|---|---|---|---|")
    for kind, code in KINDS.items():
        first, last = growth(folder, code, int(cells))
        print(f"| {kind} | {first:.0f} | {last:.0f} | {100 * (last - first) / first:+.0f} % |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
