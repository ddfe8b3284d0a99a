"""Runs notebooks by nbclient with a kernel. Usage: notebooks.py KERNEL_NAME OUTPUT_FOLDER [name=value …] NOTEBOOK …

A name=value is C# that is assigned to a variable of the cell tagged "parameters", in the cell after it, as papermill
does. Ends with "N run, N failed"."""
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

PLOTLY = "application/vnd.plotly.v1+json"


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def inject(notebook, values):
    """Assigns the values after the cell of the parameters."""
    at = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    cell = nbformat.v4.new_code_cell("\n".join(f"{value.replace('=', ' = ', 1)};" for value in values))
    cell.metadata.tags = ["injected-parameters"]
    notebook.cells.insert(at + 1, cell)


def run(kernel, path, output, values):
    """Runs one notebook in its folder, and returns what went wrong; nothing where all is well."""
    notebook = nbformat.read(path, as_version=4)
    if values:
        inject(notebook, values)
    folder = os.path.dirname(os.path.abspath(path))
    client = NotebookClient(notebook, kernel_name=kernel, timeout=300, startup_timeout=120,
                            resources={"metadata": {"path": folder}})
    problem = ""
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        problem = str(error)
    nbformat.validate(notebook)
    nbformat.write(notebook, output)
    figures = sum(PLOTLY in output.get("data", {}) for output in outputs(notebook))
    return figures, problem


def main(kernel, folder, *arguments):
    values = [argument for argument in arguments if "=" in argument]
    paths = [argument for argument in arguments if "=" not in argument]
    os.makedirs(folder, exist_ok=True)
    failed = 0
    for path in paths:
        begun = time.monotonic()
        figures, problem = run(kernel, path, os.path.join(folder, os.path.basename(path)), values)
        failed += bool(problem)
        outcome = f"FAILED\n{problem}" if problem else "passed"
        seconds = time.monotonic() - begun
        print(f"{os.path.basename(path)}: {outcome}, {figures} figures, {seconds:.0f} s", flush=True)
    print(f"{len(paths)} run, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
