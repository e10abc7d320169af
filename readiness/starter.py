"""What readiness loads at installation."""

from crm.starter import starter
from readiness.processes.introduce_baseline import introduce_baselines
from readiness.processes.keep_knowledge import load_guidance
from readiness.processes.register_processes import register_processes


@starter(order=50, title="capabilities")
def baselines() -> str:
    installed = introduce_baselines()
    off = "".join(f"\n  OFF {slot}: {why}" for slot, why in sorted(installed.off.items()))
    return f"{installed.introduced} tested, accepted and introduced{off}"


@starter(order=10, title="process register")
def register() -> str:
    return f"{register_processes()} process elements"


@starter(order=32, title="procedures and articles")
def guidance() -> str:
    procedures, articles = load_guidance()
    return f"{procedures} procedures and {articles} articles added"
