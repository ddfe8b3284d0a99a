"""Runs notebooks by nbclient, at the smoke budget, with our kernel. Usage: notebooks.py KERNEL_NAME OUTPUT_FOLDER NOTEBOOK …

Ends with "N run, N failed"."""
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

kernel, folder, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
os.makedirs(folder, exist_ok=True)
failed = 0
for path in paths:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace('var budget = "quick"', 'var budget = "smoke"')
    begun = time.monotonic()
    try:
        NotebookClient(notebook, kernel_name=kernel, timeout=300, resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}}).execute()
        outcome = "passed"
    except CellExecutionError as error:
        failed += 1
        outcome = f"FAILED\n{error}"
    nbformat.validate(notebook)
    nbformat.write(notebook, os.path.join(folder, os.path.basename(path)))
    figures = sum("application/vnd.plotly.v1+json" in output.get("data", {}) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    print(f"{os.path.basename(path)}: {outcome}, {figures} figures, {time.monotonic() - begun:.0f} s", flush=True)
print(f"{len(paths)} run, {failed} failed")
sys.exit(failed > 0)
