import pytest
from django.core.management import call_command

from readiness.models import CapabilityVersion, OrtRun
from readiness.processes.introduce_baseline import off_now
from readiness.registry import slots

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CSR-19")
@pytest.mark.req("R-CSR-20")
def test_fresh_installation_tests_everything_it_ships_and_a_second_start_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("starter_set")
    first = capsys.readouterr().out
    runs = OrtRun.objects.count()
    call_command("starter_set")
    second = capsys.readouterr().out

    assert f"capabilities: {len(slots.declared())} tested, accepted and introduced" in first
    assert "OFF" not in first
    assert off_now() == []
    assert "capabilities: 0 tested" in second
    assert OrtRun.objects.count() == runs == len(slots.declared())
    assert set(CapabilityVersion.objects.values_list("state", flat=True)) == {
        "general_availability"
    }
