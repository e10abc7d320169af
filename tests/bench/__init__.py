"""Speed as ratios against a floor measured in the same run: `python -m tests.bench`, `make bench`.

The first run invents the base (BENCH_CUSTOMERS, BENCH_INTERACTIONS) into `bench` of the data
directory (CRM_DATA_DIR); later runs measure at once.
"""
