"""The contract: every operation named, described, with every status that it can return; nothing leads to a 500."""

import pytest
from django.test import Client

from tests.conftest import client_of
from tests.walls.filled import fill, operations

HOSTILE = ["%00", "'; drop table x;--", "../../etc/passwd", "🎭" * 40, "-1", "9" * 400, "null", "[]"]


@pytest.fixture
def schema(db):
    return Client().get("/api/openapi.json").json()


def test_it_is_openapi_31_and_every_operation_is_told(schema):
    assert schema["openapi"].startswith("3.1")
    seen = set()
    for path, ops in schema["paths"].items():
        for method, op in ops.items():
            assert op.get("summary") and op.get("description"), f"{method} {path}"
            assert {"401", "403", "404", "409", "412", "422"} <= set(op["responses"]), path
            assert op["operationId"] not in seen
            seen.add(op["operationId"])
    assert len(seen) > 100


def test_the_docs_need_no_other_host(db):
    page = Client().get("/api/docs").content.decode()
    assert "//cdn" not in page and "https://" not in page.replace("https://github.com", "")


def test_unknown_fields_are_named(world):
    answer = client_of(world.ana).post("/api/spaces", data={"name": "x", "colour": "red"}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/colour", "detail": "Extra inputs are not permitted"}]


@pytest.mark.parametrize("bad", HOSTILE)
def test_no_input_leads_to_a_500(rendered_world, bad):
    client = client_of(rendered_world.ana)
    client.raise_request_exception = False
    _, ops = operations(client)
    for method, path, op in ops:
        url = fill(path, rendered_world)
        if "{" in path:
            last = [s for s in path.split("/") if s.startswith("{")][-1]
            at = path.split("/").index(last)
            broken = "/".join(bad if i == at else s for i, s in enumerate(url.split("/")))
            assert client.generic(method.upper(), broken, b"{", content_type="application/json").status_code < 500, (method, broken)
        for told in op.get("parameters", []):
            if method == "get" and told["in"] == "query":
                assert client.get(url, {told["name"]: bad}).status_code < 500, (url, told["name"])


def test_no_body_leads_to_a_500(rendered_world):
    client = client_of(rendered_world.ana)
    client.raise_request_exception = False
    _, ops = operations(client)
    for method, path, _op in ops:
        url = fill(path, rendered_world)
        if method in ("post", "patch", "put"):
            for body in (b'{"name": "a\\u0000b", "description": "x"}', b"{", b"[]", b"null", b'{"name": null}', ('{"name": "%s"}' % ("a" * 500)).encode()):
                status = client.generic(method.upper(), url.replace(str(rendered_world.run.pk), str(rendered_world.task.pk)), body, content_type="application/json").status_code
                assert status < 500, (method, url, body)
