#!/usr/bin/python3
"""Compares what `./adr bench --parity` wrote with what parity.py wrote, on the same weights and points.

    python3 tests/reference/parity_table.py OURS.json REFERENCE.json      two files, or
    python3 tests/reference/parity_table.py OURS/ REFERENCE/              two folders: each file with the one of the same name

Runs that differ in their seed alone share a row, which has their means. Accuracies are in percent of all points. "only ours", "only
theirs": points that one side alone breaks. The verdict is "weaker" where the library leaves more points standing than the reference, by
more than is allowed (Auto-Attack 0.2 percent of the points, PGD and MIM 0.3, other attacks 0.5), or where its median distance is more than
2 % above; "stronger" where that holds the other way round; "differs" where logits do by more than 1e-4; else "equal". Exit code 1 if one
is weaker or differs.
"""
import itertools
import json
import os
import statistics
import sys

ALLOWED = {"aa-standard": 0.2, "pgd": 0.3, "mim": 0.3}  # percent of all points
OTHERS = 0.5
FURTHER = 1.02  # times the reference's median
SHARED = ("model", "attack", "norm", "network", "modelSha256", "points", "pointsSha256", "epsilon")


def pairs(ours, theirs):
    if os.path.isdir(ours) and os.path.isdir(theirs):
        both = sorted(name for name in set(os.listdir(ours)) & set(os.listdir(theirs)) if name.endswith(".json"))
        return [(os.path.join(ours, name), os.path.join(theirs, name)) for name in both]
    return [(ours, theirs)]


def read(path, other):
    sides = []
    for name in (path, other):
        with open(name) as file:
            sides.append(json.load(file))
    for key in (*SHARED, "seed"):
        if sides[0][key] != sides[1][key]:
            sys.exit(f"parity_table.py: {path} and {other} differ in {key}: {sides[0][key]} and {sides[1][key]}. Only runs on the same can be compared.")
    return sides


def mean(values):
    return statistics.fmean(values)


def plain(value, digits=1):
    return f"{value:.{digits}f}"


def median(side):
    return statistics.median(float("inf") if d is None else d for d, right in zip(side["distances"], side["natural"]) if right)


def row(runs):
    first, reference = runs[0]
    name = f"{first['attack']} on {first['model'].removesuffix('.safetensors')}, {first['epsilon']:.4g}"
    if "logits" in first:
        apart = max(abs(a - b) for x, y in zip(first["logits"], reference["logits"]) for a, b in zip(x, y))
        return [name, "", "", "", "", "", "", "", f"logits apart by {apart:.1e} at most", "equal" if apart <= 1e-4 else "differs"]
    points = first["points"]
    robust = [mean(100 * run[side]["robustCount"] / points for run in runs) for side in (0, 1)]
    only_ours = mean(sum(t and not o for o, t in zip(o["robust"], t["robust"])) for o, t in runs)
    only_theirs = mean(sum(o and not t for o, t in zip(o["robust"], t["robust"])) for o, t in runs)
    seconds = [statistics.median(run[side]["seconds"] for run in runs) for side in (0, 1)]
    above, allowed, notes = robust[0] - robust[1], ALLOWED.get(first["attack"], OTHERS) + 1e-9, []
    weaker, stronger = above > allowed, above < -allowed
    if "distances" in first and "distances" in reference:  # targeted FAB of the reference keeps none
        medians = [mean(median(run[side]) for run in runs) for side in (0, 1)]
        weaker, stronger = medians[0] > FURTHER * medians[1], medians[1] > FURTHER * medians[0]
        notes.append(f"median distance {medians[0]:.4f}, theirs {medians[1]:.4f}")
    changed = sum(a != b for a, b in zip(first["natural"], reference["natural"]))
    if changed:
        notes.append(f"{changed} clean answers differ")
    return [name, ", ".join(str(run["seed"]) for run, _ in runs), plain(robust[0]), plain(robust[1]), plain(only_ours).removesuffix(".0"), plain(only_theirs).removesuffix(".0"),
            plain(seconds[0], 0), plain(seconds[1], 0), "; ".join(notes), "weaker" if weaker else "stronger" if stronger else "equal"]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    runs = [read(*pair) for pair in pairs(*sys.argv[1:])]
    if not runs:
        sys.exit("parity_table.py: the folders have no .json file of the same name.")
    key = lambda run: tuple(str(run[0][name]) for name in SHARED)
    rows = [row(sorted(group, key=lambda run: run[0]["seed"])) for _, group in itertools.groupby(sorted(runs, key=key), key)]
    print("| attack, network, ε | seeds | robust, % | reference | only ours | only theirs | seconds | reference | | |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    sys.exit(any(cells[-1] in ("weaker", "differs") for cells in rows))


if __name__ == "__main__":
    main()
