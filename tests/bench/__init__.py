"""Speed as ratios against a floor measured in the same run: `python -m tests.bench`, `make bench`.

The first run generates the base (CRM_BENCH_CUSTOMERS, CRM_BENCH_INTERACTIONS) into
CRM_BENCH_DIR, `.data/bench` unless named; later runs measure at once.
"""
