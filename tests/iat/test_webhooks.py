"""Webhooks over a real socket: signed, tried again, given up, sent again; never into private networks."""

import datetime as dt
import hashlib
import hmac
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from iat.kernel import enter
from projects import workers
from projects.domain import webhooks
from projects.models import Webhook, WebhookDelivery
from renders.domain import runs
from renders.pipeline import plan, runner
from tests.conftest import client_of


class Ear:
    """A receiver that keeps what it was told and answers as it is told."""

    def __init__(self):
        self.heard, self.answers = [], []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append((dict(self.headers), body))
                self.send_response(ear.answers.pop(0) if ear.answers else 204)
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=iat"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def ear(settings):
    settings.IAT_FETCH_ALLOW = ["127.0.0.0/8"]
    with Ear() as server:
        yield server


def make(w, url, events=("*",)):
    told = client_of(w.ana).post(f"/api/projects/{w.project.pk}/webhooks", {"url": url, "events": list(events)}, content_type="application/json")
    assert told.status_code == 201, told.content
    return told.json()


def send(w):
    """As the worker: everything that is due."""
    with enter.in_project(w.project):
        for row in WebhookDelivery.objects.filter(status="planned").order_by("created_at"):
            webhooks.deliver(row.pk, now=row.due_at)
        return list(WebhookDelivery.objects.order_by("created_at"))


def test_a_run_is_told_signed_and_once(world, ear):
    made = make(world, ear.url, ["run.*", "candidate.generated"])
    assert made["secret"].startswith("whsec_") and "secret" not in client_of(world.ana).get(f"/api/projects/{world.project.pk}/webhooks").json()["items"][0]
    with enter.in_project(world.project):
        run = runner.start([world.task], plan.Wish(candidates=1, width=256, height=256), by=world.art)
        for c in run.jobs.get().candidates.all():
            runner.work(c.pk)
    rows = send(world)
    assert [r.event_code for r in rows] == ["run.planned", "run.running", "candidate.generated", "run.done"] and {r.status for r in rows} == {"delivered"}
    headers, body = ear.heard[-1]
    told = json.loads(body)
    assert told["subject"] == {"type": "run", "id": str(run.pk), "status": "done", "provider_code": "storyboard"} and told["project_id"] == str(world.project.pk) and told["id"] == headers["X-IAT-Delivery"]
    at, v1 = (part.split("=", 1)[1] for part in headers["X-IAT-Signature"].split(","))
    assert hmac.compare_digest(v1, hmac.new(made["secret"].encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest())
    send(world)
    assert len(ear.heard) == 4


def test_what_is_not_taken_is_tried_again_with_growing_pauses_and_given_up(world, ear):
    made = make(world, ear.url)
    ear.answers = [500] * 8 + [204]
    client_of(world.ana).post(f"/api/webhooks/{made['id']}/test", content_type="application/json")
    pauses = []
    for _ in range(8):
        (row,) = send(world)
        pauses.append((row.due_at - timezone.now()).total_seconds())
    assert row.status == "failed" and row.attempt == 8 and row.http_status == 500 and "answered 500" in row.error
    assert all(a < b for a, b in itertools.pairwise(pauses[:7])) and pauses[0] > 9
    assert {h["X-IAT-Delivery"] for h, _ in ear.heard} == {str(row.pk)}
    again = client_of(world.ana).post(f"/api/webhook-deliveries/{row.pk}/replay", content_type="application/json")
    assert again.status_code == 202 and send(world)[0].status == "delivered" and len(ear.heard) == 9


def test_a_dead_worker_and_a_lost_message_are_made_good(world, ear):
    make(world, ear.url)
    with enter.in_project(world.project):
        row = webhooks.ping(Webhook.objects.get(), by=world.ana)
        WebhookDelivery.objects.filter(pk=row.pk).update(status="sending", attempt=1, lease_until=timezone.now() - dt.timedelta(seconds=1))
        assert [d.pk for d in webhooks.waiting(now=timezone.now())] == [row.pk]
        assert webhooks.deliver(row.pk, now=timezone.now()) == "delivered" and webhooks.deliver(row.pk, now=timezone.now()) == "not mine"
    assert workers.sweep(owner={}) == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "http://localhost:1/", "http://[::1]:2/", "http://10.0.0.8/"])
def test_no_private_address_is_told_anything(world, url):
    make(world, url)
    with enter.in_project(world.project):
        row = webhooks.ping(Webhook.objects.get(), by=world.ana)
        webhooks.deliver(row.pk, now=timezone.now())
        row.refresh_from_db()
    assert row.status == "planned" and "private network" in row.error and row.http_status is None


@pytest.mark.parametrize("body", [{"url": "ftp://x.example", "events": ["*"]}, {"url": "https://u:p@x.example", "events": ["*"]}, {"url": "nonsense", "events": ["*"]}, {"url": "https://x.example", "events": ["run.dreamt"]}, {"url": "https://x.example", "events": []}])
def test_nonsense_is_refused_with_its_place(world, body):
    answer = client_of(world.ana).post(f"/api/projects/{world.project.pk}/webhooks", body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"]


def test_a_rolled_back_event_is_told_nobody(world, ear):
    from django.db import transaction

    make(world, ear.url)
    with enter.in_project(world.project):
        with transaction.atomic():
            run = runner.start([world.task], plan.Wish(candidates=1, width=256, height=256), by=world.art)
            transaction.set_rollback(True)
        assert not WebhookDelivery.objects.exists() and run.pk
        world.task.refresh_from_db()
        run = runner.start([world.task], plan.Wish(candidates=1, width=256, height=256), by=world.art)
        runs.cancel(run, by=world.art)
        codes = list(WebhookDelivery.objects.order_by("created_at").values_list("event_code", flat=True))
        assert codes[0] == "run.planned" and codes[-1] == "run.canceled"
        bodies = WebhookDelivery.objects.get(event_code="run.canceled").body
    assert bodies["actor"] == "art" and bodies["facts"] == {"was": "planned"}


def test_the_pages_show_the_secret_once_and_the_log(world, ear):
    ana = client_of(world.ana)
    page = ana.post(f"/projects/{world.project.pk}/webhooks", {"url": ear.url, "events": ["run.done"]}).content.decode()
    secret = page.split('id="fresh-secret">')[1].split("<")[0]
    assert secret.startswith("whsec_") and secret not in ana.get(f"/projects/{world.project.pk}/webhooks").content.decode()
    with enter.in_project(world.project):
        row = Webhook.objects.get()
        assert row.secret == secret
    ana.post(f"/projects/{world.project.pk}/webhooks/{row.pk}/test")
    send(world)
    seen = ana.get(f"/projects/{world.project.pk}/webhooks/{row.pk}").content.decode()
    assert "ping" in seen and "204" in seen and secret not in seen
    ana.post(f"/projects/{world.project.pk}/webhooks/{row.pk}", {"url": "ftp://x", "events": ["run.done"]})
    with enter.in_project(world.project):
        assert Webhook.objects.get().url == ear.url
