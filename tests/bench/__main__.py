"""Measure, print each promise with its ratio, and fail when one is missed."""

import sys
from importlib import import_module

from tests.bench import base

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
    ratios = []
    with base.running():
        for name in wanted or MEASUREMENTS:
            for ratio in import_module(f"tests.bench.{name}").measure():
                sys.stdout.write(ratio.line() + "\n")
                sys.stdout.flush()
                ratios.append(ratio)
    return 0 if all(ratio.kept for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
