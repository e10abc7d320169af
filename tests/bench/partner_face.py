"""TMF629 against raw psycopg in the same server: one customer, and a list of fifty."""

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.ratio import Ratio, in_turn

_PATH = "/tmf-api/customerManagement/v4/customer"
_ROUNDS = 400


def measure() -> list[Ratio]:
    from customers.models import Customer

    one = Customer.objects.order_by("pk").values_list("public_id", flat=True)[1000]
    with _server() as port:
        client = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Authorization": f"Bearer {_token()}", "Accept": "application/json"}

        def get(path: str) -> None:
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            body = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise SystemExit(f"{path} answered {answer.status}: {body[:200]!r}")

        ours, floor = in_turn(
            lambda: get(f"{_PATH}/{one}"), lambda: get(f"/floor/{one}"), rounds=_ROUNDS
        )
        ours_list, floor_list = in_turn(
            lambda: get(f"{_PATH}?limit=50"), lambda: get("/floor/list"), rounds=_ROUNDS // 2
        )
    return [
        Ratio(
            "GET one customer over TMF629, of raw psycopg",
            floor / ours,
            0.4,
            True,
            f"{ours * 1000:.2f} ms of {floor * 1000:.2f} ms",
        ),
        Ratio(
            "list of 50 customers, of raw psycopg",
            floor_list / ours_list,
            0.6,
            True,
            f"{ours_list * 1000:.2f} ms of {floor_list * 1000:.2f} ms",
        ),
    ]


def _token() -> str:
    """A real token of a real client, as the token endpoint would have made it."""
    from datetime import timedelta

    from django.contrib.auth.models import Group
    from django.utils import timezone
    from oauth2_provider.models import AccessToken, Application

    from crm.accounts.models import User

    account, _ = User.objects.get_or_create(username="bench-partner", is_partner=True)
    account.groups.set(Group.objects.filter(name="partner"))
    client, _ = Application.objects.get_or_create(
        user=account,
        defaults={
            "name": "bench",
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
        },
    )
    made = AccessToken.objects.create(
        application=client,
        token=secrets.token_urlsafe(24),
        expires=timezone.now() + timedelta(hours=1),
        scope="read write",
    )
    token: str = made.token
    return token


@contextmanager
def _server() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}"]
    # One connection kept open, as a partner's client does; the thread worker serves keep-alive.
    command += ["--worker-class", "gthread", "--threads", "1", "--keep-alive", "60"]
    command += ["--log-level", "warning", "tests.bench.floor:application"]
    environment = os.environ | {"CRM_API_RATE_PER_MINUTE": "1000000", "LOG_LEVEL": "WARNING"}
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(300):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)
