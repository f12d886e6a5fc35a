"""One suite over every connector, each against a local server that speaks its published contract: what it does, and how it fails."""

import io
import itertools

import pytest
from PIL import Image

from iat.kernel import enter, filestore
from projects.domain import accounts, costs
from projects.models import CostEvent, ProjectSecret
from renders.domain import calls, gateway
from renders.models import ProviderCall
from renders.providers.base import Broken, Declined, Moderated, Unknown
from renders.providers.registry import PROVIDERS, remote
from renders.providers.remote import Ask, Picture, Remote
from tests.conftest import picture
from tests.renders.wires import SERVERS

pytestmark = pytest.mark.wire
CODES = list(SERVERS)
LINKED = ["replicate", "bfl", "fal", "comfyui"]
FREE = [c for c in CODES if PROVIDERS.get(c).free]
PAID = [c for c in CODES if c not in FREE]
NUMBER = itertools.count()


def goes_on(seconds):
    """Nobody takes the order away."""


class Line:
    """A server, an account that points at it, and orders through the gateway."""

    def __init__(self, code, world, server):
        self.server, self.world, self.connector = server, world, remote(code)
        config = self.connector.Config(base_url=server.url, **server.config).model_dump(mode="json")
        self.account = accounts.put(world.project, code, by=world.ana, config=config, concurrent=self.connector.concurrent, per_minute=0)
        for name, value in server.secrets.items():
            accounts.put_secret(world.project, code, name, value=value, by=world.ana)

    def unit(self):
        return calls.Unit(f"test:{next(NUMBER)}", self.world.space, self.world.project, folder="projects/test/originals", by=self.world.art)

    def order(self, unit=None, op=""):
        op = op or ("edit" if "edit" in self.connector.does else "cutout")
        pictures = () if op == "generate" else (Picture(picture(), "image/png", "mara.png"),)
        ask = lambda key: Ask(op, key, "Mara runs along the quay", "hats", pictures, 512, 512, 4711)  # noqa: E731
        return gateway.perform(self.connector, self.account, unit or self.unit(), ask, op, goes_on)


@pytest.fixture
def line(bare, monkeypatch, request):
    """Limits are short here, so that waiting is quick; nothing else is changed."""
    code = request.param
    monkeypatch.setattr(type(PROVIDERS.get(code)), "read_s", 0.7)
    monkeypatch.setattr(type(PROVIDERS.get(code)), "wait_s", 1.5)
    monkeypatch.setattr(gateway, "FIRST_PAUSE_S", 0.02)
    with SERVERS[code]() as server, enter.in_project(bare.project):
        yield Line(code, bare, server)


def each(codes):
    return pytest.mark.parametrize("line", codes, indirect=True)


def each_with(*troubles):
    """Every connector with every trouble that its contract names; a trouble is a name, or a name with what is expected."""
    name = lambda trouble: trouble[0] if isinstance(trouble, tuple) else trouble  # noqa: E731
    return pytest.mark.parametrize(("line", "trouble"), [(c, t) for c in CODES for t in troubles if hasattr(SERVERS[c], f"says_{name(t)}")], indirect=["line"])


def test_every_connector_has_a_server():
    assert {p.code for p in PROVIDERS.all() if isinstance(p, Remote)} == set(SERVERS)


@each(CODES)
def test_each_capability_gives_a_stored_picture_once(line):
    for op in sorted(line.connector.does - {"video"}):
        before, unit = len(line.server.orders), line.unit()
        got = line.order(unit, op)
        call = ProviderCall.objects.get(unit=unit.name)
        assert Image.open(io.BytesIO(got.data)).size[0] >= 96
        assert (call.status, call.result_id, call.outcome) == ("fetched", got.asset.pk, "done") and call.latency_ms is not None and call.sent_at
        assert filestore.store().read(got.asset.storage_uri) == got.data and got.asset.metadata["stage"] == "original"
        cost = CostEvent.objects.get(call_key=call.idempotency_key)
        assert cost.is_settled and (cost.cost_usd > 0) == (not line.connector.free)
        assert line.order(unit, op).data == got.data and len(line.server.orders) == before + 1


@each(CODES)
def test_the_key_goes_to_the_provider_and_nowhere_else(line):
    line.order()
    for request in line.server.seen:
        told = " ".join(request.headers.values())
        downloads = request.path.startswith(("/out/", "/sample/", "/files/")) and request.method == "GET" and "/v1/" not in request.path
        for secret in line.server.secrets.values():
            assert secret not in request.path
            assert not (downloads and secret in told)


@each_with("429", "500", "503")
def test_what_passes_is_tried_later_and_costs_nothing(line, trouble):
    line.server.trouble.append(trouble)
    unit = line.unit()
    with pytest.raises(calls.Later) as later:
        line.order(unit)
    assert later.value.counted and 0 < later.value.seconds <= 60 and line.server.orders == [] and not CostEvent.objects.exists()
    accounts.ProviderAccount.objects.update(resting_until=None)
    assert line.order(unit).data and len(line.server.orders) == 1
    assert [(c.attempt, c.status) for c in ProviderCall.objects.filter(unit=unit.name).order_by("attempt")] == [(1, "failed"), (2, "fetched")]


@each_with(("402", "credit"), ("401", "key"), ("422", "input"), ("gone", "model"))
def test_what_was_refused_is_told_in_words_and_not_repeated(line, trouble):
    trouble, why = trouble
    line.server.trouble.append(trouble)
    with pytest.raises(Declined) as refused:
        line.order()
    assert refused.value.why == (why if (line.connector.code, trouble) != ("a1111", "422") else "model")
    assert len(str(refused.value)) > 20 and not CostEvent.objects.exists() and line.server.orders == []
    row = ProviderCall.objects.get()
    assert (row.status, row.outcome) == ("failed", "declined")
    assert all(s not in row.error + str(refused.value) for s in line.server.secrets.values()) and "/home/" not in row.error


@each(PAID)
@pytest.mark.parametrize("trouble", ["cut", "hang", "truncated", "502", "garbage"])
def test_an_order_that_left_without_an_answer_is_never_sent_again_blindly(line, trouble):
    line.server.trouble.append(trouble)
    unit = line.unit()
    if line.connector.can_find:
        assert line.order(unit).data and len(line.server.orders) == 1
        return
    broken = trouble == "garbage" and line.connector.does == {"cutout"}
    with pytest.raises(Broken if broken else Unknown) as told:
        line.order(unit)
    row = ProviderCall.objects.get()
    assert row.status == ("failed" if broken else "unknown") and len(line.server.orders) == 1 and len(str(told.value)) > 20
    assert CostEvent.objects.get().cost_usd > 0
    if not broken:
        with pytest.raises(Unknown):
            line.order(unit)
        assert len(line.server.orders) == 1
        calls.write_off(row, by=line.world.ana, now=row.created_at)
        assert line.order(unit).data and len(line.server.orders) == 2 and CostEvent.objects.filter(is_settled=True).count() == 2


@each(FREE)
@pytest.mark.parametrize("trouble", ["cut", "hang", "truncated"])
def test_ones_own_server_may_be_asked_again(line, trouble):
    line.server.trouble.append(trouble)
    unit = line.unit()
    with pytest.raises(calls.Later):
        line.order(unit)
    assert line.order(unit).data


@each([c for c in PAID if hasattr(SERVERS[c], "says_moderated_in")])
@pytest.mark.parametrize("trouble", ["moderated_in", "moderated_out"])
def test_what_was_held_back_is_one_outcome(line, trouble):
    line.server.trouble.append(trouble)
    with pytest.raises(Moderated) as told:
        line.order()
    assert ProviderCall.objects.get().outcome == "moderated" and "safety" in str(told.value)
    assert gateway.passes_on(told.value) is False


@each(LINKED)
@pytest.mark.parametrize("trouble", ["expired", "notapicture"])
def test_a_result_that_cannot_be_had_is_told(line, trouble):
    line.server.trouble.append(trouble)
    with pytest.raises(Broken) as told:
        line.order()
    row = ProviderCall.objects.get()
    assert (row.status, row.outcome, len(line.server.orders)) == ("failed", "broken", 1) and len(str(told.value)) > 20
    assert row.result_id is None


@each(LINKED)
@pytest.mark.parametrize("trouble", ["half", "poll500"])
def test_reading_may_be_repeated_freely(line, trouble):
    line.server.trouble.append(trouble)
    assert line.order().data and len(line.server.orders) == 1


@each(LINKED)
def test_nothing_hangs_beyond_its_limit(line):
    line.server.trouble.append("stuck")
    with pytest.raises(Broken, match="did not finish"):
        line.order()
    assert ProviderCall.objects.get().status == "failed"


@each(LINKED)
def test_a_failing_model_is_told_in_its_words(line):
    line.server.trouble.append("failed")
    with pytest.raises(Broken) as told:
        line.order()
    assert "failed" in str(told.value) and "/home/" not in str(told.value)


@each(["openai", "gemini", "stability", "removebg", "photoroom", "a1111"])
def test_an_answer_without_a_picture_is_told(line):
    line.server.trouble.append("empty")
    with pytest.raises(Broken):
        line.order()


@each(CODES)
def test_the_test_button(line):
    ok, said, ms = gateway.test(line.connector, line.account)
    assert ok and len(said) > 15 and ms >= 0
    for name in line.server.secrets:
        accounts.put_secret(line.world.project, line.connector.code, name, value="a wrong one", by=line.world.ana)
    if line.server.secrets:
        ok, said, _ = gateway.test(line.connector, line.account)
        assert not ok and "a wrong one" not in said and len(said) > 15
    line.server.http.shutdown()
    line.server.http.server_close()
    ok, said, _ = gateway.test(line.connector, line.account)
    assert not ok and "cannot be reached" in said


@each(["replicate"])
def test_a_key_that_is_missing_is_named(line):
    ProjectSecret.objects.all().delete()
    with pytest.raises(Declined, match="has no API token yet"):
        line.order()
    assert line.server.seen == []


@each(["bfl"])
def test_a_result_on_another_host_is_not_fetched(line):
    line.server.host, real = "http://localhost.evil.example", line.server.host
    with pytest.raises(Declined, match=r"not one of its known hosts|not this account"):
        line.order()
    line.server.host = real


@each(["bfl"])
def test_a_budget_is_never_passed(line):
    costs.set_budget(line.world.project, costs.Decimal("0.10"), by=line.world.ana)
    line.order()
    line.order()
    with pytest.raises(costs.OverBudget, match="Raise the budget"):
        line.order()
    assert len(line.server.orders) == 2 and float(costs.spent(line.world.project.pk)) == pytest.approx(0.09)


@each(["bfl"])
def test_places_and_pace_hold(line):
    accounts.put(line.world.project, "bfl", by=line.world.ana, per_minute=1)
    line.order()
    with pytest.raises(calls.Later) as later:
        line.order()
    assert 50 < later.value.seconds <= 60 and not later.value.counted
    accounts.put(line.world.project, "bfl", by=line.world.ana, per_minute=0, concurrent=1)
    ProviderCall.objects.update(status="waiting")
    with pytest.raises(calls.Later, match="places"):
        line.order()


@each(["openai", "bfl"])
def test_given_up_after_six_tries(line, monkeypatch):
    line.server.trouble += ["503"] * 6
    unit = line.unit()
    for _ in range(5):
        with pytest.raises(calls.Later):
            line.order(unit)
    with pytest.raises(Broken, match="Given up after 6 tries"):
        line.order(unit)
    assert line.server.orders == []


@each(["comfyui"])
@pytest.mark.parametrize(("trouble", "says"), [("interrupted", "interrupted"), ("unsaved", "without saving"), ("restarted", "no longer knows"), ("partial", "Only a part")])
def test_comfyuis_own_ends(line, trouble, says):
    line.server.trouble.append(trouble)
    with pytest.raises((Broken, Declined), match=says):
        line.order()


@each(["comfyui"])
def test_an_empty_history_is_not_an_end(line):
    line.server.polls = 6
    assert line.order().data
    asked = [r for r in line.server.seen if r.path.startswith("/history/")]
    assert len(asked) >= 6 and len(line.server.orders) == 1


@each(["comfyui"])
def test_templates_are_filled_by_role(line):
    line.order(op="edit")
    graph = line.server.orders[0]["graph"]
    by_title = {n["_meta"]["title"]: n["inputs"] for n in graph.values()}
    assert by_title["iat:prompt"]["text"] == "Mara runs along the quay" and by_title["iat:negative"]["text"] == "hats"
    assert by_title["iat:sampler"]["seed"] == 4711 and by_title["iat:sampler"]["model"] == ["1", 0] and by_title["iat:size"]["width"] == 512
    assert by_title["iat:model"]["ckpt_name"] == "dream.safetensors" and by_title["iat:ref:1"]["image"].startswith("iat/") and by_title["iat:save"]["filename_prefix"].startswith("iat/")


@each(["comfyui"])
def test_the_editors_format_is_named(line):
    accounts.put(line.world.project, "comfyui", by=line.world.ana, config={**line.account.config, "workflows": {"edit": {"nodes": [], "links": []}}})
    line.account.refresh_from_db()
    with pytest.raises(Declined, match=r"Export \(API\)"):
        line.order()
