#!/usr/bin/python3
"""Compares what `./adr bench --parity` wrote with what parity.py wrote, on the same weights and points.

    python3 tests/reference/parity_table.py OURS.json REFERENCE.json      two files, or
    python3 tests/reference/parity_table.py OURS/ REFERENCE/              two folders: each file with the one of the same name

"only ours", "only theirs": points that one side alone breaks. Last column: "weaker" where the library leaves more than 0.5 % of all
points more standing than the reference does, or where its median distance is more than 1 % above; "differs" where logits do by more
than 1e-4; else "holds". Exit code 1 if one does not hold.
"""
import json
import os
import statistics
import sys

LEAST = 0.005   # of all points
FURTHER = 1.01  # times the reference's median


def pairs(ours, theirs):
    if os.path.isdir(ours) and os.path.isdir(theirs):
        both = sorted(name for name in set(os.listdir(ours)) & set(os.listdir(theirs)) if name.endswith(".json"))
        return [(os.path.join(ours, name), os.path.join(theirs, name)) for name in both]
    return [(ours, theirs)]


def read(path):
    with open(path) as file:
        return json.load(file)


def row(path, other):
    ours, theirs = read(path), read(other)
    for key in ("attack", "norm", "network", "modelSha256", "points", "pointsSha256", "epsilon"):
        if ours[key] != theirs[key]:
            sys.exit(f"parity_table.py: {path} and {other} differ in {key}: {ours[key]} and {theirs[key]}. Only runs on the same can be compared.")
    name = f"{ours['attack']} on {ours['model']} at {ours['epsilon']:.4g}"
    if "logits" in ours:
        apart = max(abs(a - b) for x, y in zip(ours["logits"], theirs["logits"]) for a, b in zip(x, y))
        return [name, f"{ours['points']}", "", "", "", "", f"logits apart by {apart:.1e} at most", "holds" if apart <= 1e-4 else "differs"]
    only_ours = sum(t and not o for o, t in zip(ours["robust"], theirs["robust"]))
    only_theirs = sum(o and not t for o, t in zip(ours["robust"], theirs["robust"]))
    weaker = ours["robustCount"] - theirs["robustCount"] > LEAST * ours["points"]
    note = ""
    if "distances" in ours:
        medians = [statistics.median(float("inf") if d is None else d for d, right in zip(side["distances"], side["natural"]) if right) for side in (ours, theirs)]
        weaker |= medians[0] > FURTHER * medians[1]
        note = f"median distance {medians[0]:.4f}, theirs {medians[1]:.4f}"
    if ours["natural"] != theirs["natural"]:
        note += f" {sum(a != b for a, b in zip(ours['natural'], theirs['natural']))} clean answers differ"
    return [name, f"{ours['points']}", f"{ours['robustCount']}", f"{theirs['robustCount']}", f"{only_ours}", f"{only_theirs}", note.strip(), "weaker" if weaker else "holds"]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows = [row(*pair) for pair in pairs(*sys.argv[1:])]
    if not rows:
        sys.exit("parity_table.py: the folders have no .json file of the same name.")
    print("| attack | points | robust: ours | reference | only ours | only theirs | | |\n|---|---|---|---|---|---|---|---|")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    sys.exit(any(cells[-1] != "holds" for cells in rows))


if __name__ == "__main__":
    main()
