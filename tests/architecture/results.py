"""Keeps how each test last ended on this machine, for `manage.py etom` and the process register."""

import pytest

KEY = "crm/last_results"
_ended: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        test = report.nodeid.partition("[")[0]
        # One bad case makes the whole test bad.
        if _ended.get(test) != "failed":
            _ended[test] = report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    cache = getattr(session.config, "cache", None)
    if _ended and not hasattr(session.config, "workerinput") and cache:
        cache.set(KEY, {**cache.get(KEY, {}), **_ended})
