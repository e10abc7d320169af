"""The page for partner developers: every call of the documents, in words."""

from django.test import Client

from crm.tmf import apis
from crm.tmf.viewer import calls_of


def test_every_call_of_every_document_is_listed() -> None:
    for api in apis.all_apis():
        document = Client().get(f"{apis.ROOT}{api.path}/openapi.json").json()
        written = {
            (method.upper(), path)
            for path, methods in document["paths"].items()
            for method in methods
            if method in {"get", "post", "patch", "delete"}
        }

        assert {(call.method, call.path) for call in calls_of(api.path)} == written


def test_a_call_names_its_fields_and_answers() -> None:
    create = next(
        call
        for call in calls_of("customerManagement/v4")
        if (call.method, call.path[-9:]) == ("POST", "/customer")
    )

    fields = {field.name: field for field in create.body}
    assert (fields["name"].kind, fields["name"].required) == ("string", True)
    assert fields["relatedParty"].kind == "RelatedParty […]"
    assert ("201", "Created") in create.answers


def test_page_shows_each_call() -> None:
    page = Client().get("/api/docs").content.decode()

    assert page.count('class="rule-x"') == sum(len(calls_of(api.path)) for api in apis.all_apis())
