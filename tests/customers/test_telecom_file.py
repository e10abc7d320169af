"""The real telecom file, from end to end, with the mapping that the product ships."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from customers.models import Account, Customer, ImportedRecord, Party, Product, SearchToken

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "telco_churn.csv"
MAPPING = Path("customers/imports/mappings/telco_churn.json")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.req("R-CIM-5"),
    pytest.mark.skipif(not FILE.exists(), reason="../shared/data/telco_churn.csv is not here"),
]


def run(capsys: Any, file: Path = FILE, **options: Any) -> dict[str, Any]:
    call_command("import_customers", file, mapping=MAPPING, json=True, **options)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def numbers(answer: dict[str, Any]) -> list[int]:
    return [answer[name] for name in ("total", "created", "updated", "unchanged", "failed")]


def test_the_file_is_tried_taken_in_and_known_the_second_time(capsys: Any) -> None:
    trial, real, again = run(capsys, dry_run=True), run(capsys), run(capsys)

    assert numbers(trial) == numbers(real) == [7043, 7043, 0, 0, 0]
    assert numbers(again) == [7043, 0, 0, 7043, 0]
    assert Customer.objects.count() == Party.objects.count() == 7043
    assert Account.objects.filter(total_charged=None).count() == 11
    assert Party.objects.exclude(name="").exists() is False
    internet = Product.objects.filter(kind="internet")
    assert sorted(internet.values_list("name").distinct()) == [
        ("DSL internet",),
        ("Fibre internet",),
    ]
    assert internet.count() == 5517
    customer = Customer.objects.get(number="5575-GNVDE")
    assert customer.name == "5575-GNVDE"
    account = customer.accounts.get()
    assert (account.monthly_charge, account.total_charged) == (Decimal("56.95"), Decimal("1889.50"))
    assert customer.agreements.get().term == "12 months"
    names = customer.products.order_by("name").values_list("name", flat=True)
    assert list(names) == ["DSL internet", "Device protection", "Online security", "Phone"]
    assert SearchToken.objects.filter(customer=customer, token="5575gnvde").exists()


def test_a_spoilt_copy_reports_its_lines_and_takes_the_rest(capsys: Any, tmp_path: Path) -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[-3], "much")
    lines[9] = lines[9].rpartition(",")[0]
    lines[11] = lines[10]
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text("\n".join(lines), encoding="utf-8")

    answer = run(capsys, spoilt)

    assert numbers(answer) == [7043, 7040, 0, 0, 3]
    assert [problem["line"] for problem in answer["problems"]] == [6, 10, 12]
    assert ImportedRecord.objects.count() == 7040
