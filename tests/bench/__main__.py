"""Measure, print each promise with its ratio, and fail when one is missed."""

import sys
from importlib import import_module

from tests.bench import base
from tests.bench.ratio import Ratio

MEASUREMENTS = (
    "search_box",
    "pages",
    "partner_face",
    "agents_day",
    "listening",
    "deadlines",
    "drain",
    "file_import",
    "duplicates",
    "figures",
)


def main(wanted: list[str]) -> int:
    base.settle_environment()
    ratios: list[Ratio] = []
    with base.running():
        for name in wanted or MEASUREMENTS:
            for ratio in import_module(f"tests.bench.{name}").measure():
                sys.stdout.write(ratio.line() + "\n")
                sys.stdout.flush()
                ratios.append(ratio)
    return sum_up(ratios)


def sum_up(ratios: list[Ratio]) -> int:
    """All promises once more, free of what servers said in between; returns the exit status."""
    missed = sum(not ratio.kept for ratio in ratios)
    table = "\n".join(ratio.line() for ratio in ratios)
    verdict = f"{missed} of {len(ratios)} promises missed." if missed else "Every promise kept."
    sys.stdout.write(f"\n{table}\n\n{verdict}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
