"""What operators see: metrics, names of requests, lines of the log."""

import json
import logging

import pytest
from django.test import Client

from iat.kernel import logs
from spaces.domain import people
from tests.conftest import client_of


def test_metrics_count_everything_for_this_machine_and_for_admins(rendered_world):
    w = rendered_world
    told = Client().get("/metrics")
    assert told.status_code == 200 and told["Content-Type"].startswith("text/plain")
    text = told.content.decode()
    for line in ('iat_rows{kind="Run",state="done"} 1.0', 'iat_rows{kind="RenderedAsset",state="draft"} 1.0', "iat_oldest_waiting_seconds 0.0", 'iat_info{embedded="'):
        assert line in text
    assert "Ledger" not in text and "Mara" not in text
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert Client(**far).get("/metrics").status_code == 403
    assert Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9").get("/metrics").status_code == 403
    for scopes, status in ((["read"], 403), (["admin"], 200)):
        _, plain = people.make_token(w.ana, name="m", scopes=scopes)
        assert Client(**far).get("/metrics", headers={"Authorization": f"Bearer {plain}"}).status_code == status


@pytest.mark.parametrize(("given", "kept"), [("trace-0123456789", True), ("x", False), ("a b c d e f g h", False), ("é" * 12, False)])
def test_a_request_has_a_name(world, given, kept):
    answer = client_of(world.ana).get("/api/me", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept and len(answer["X-Request-ID"]) >= 8


def test_lines_of_the_log_say_what_they_are_about(world, settings, caplog):
    from pythonjsonlogger.core import RESERVED_ATTRS
    from pythonjsonlogger.orjson import OrjsonFormatter

    made = OrjsonFormatter(["levelname", "message"], reserved_attrs=[*RESERVED_ATTRS, "about"])
    record = logging.LogRecord("iat.test", logging.INFO, "f", 1, "drawn in %s s", (2,), None)
    with logs.about(run="r1"), logs.about(candidate="c1", nothing=""):
        assert logs.here() == {"run": "r1", "candidate": "c1"}
        logs.About().filter(record)
    told = json.loads(made.format(record))
    assert (told["message"], told["run"], told["candidate"]) == ("drawn in 2 s", "r1", "c1") and "about" not in told
    assert record.about == " run=r1 candidate=c1" and logs.here() == {}
