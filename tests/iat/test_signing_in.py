"""Sign-in pages of a multi-user installation, tokens by page, the single-user mode."""

from django.test import Client

from spaces.models import ApiToken
from tests.conftest import client_of


def test_a_person_signs_in_and_lands_where_they_were_going(world):
    client = Client()
    there = f"/spaces/{world.space.pk}"
    answer = client.get(there)
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")
    wrong = client.post("/sign-in", {"username": "ana", "password": "nope", "next": there})
    assert wrong.status_code == 200 and b"correct username and password" in wrong.content and b'value="ana"' in wrong.content
    right = client.post("/sign-in", {"username": "ana", "password": "ana-password-long", "next": there})
    assert right.status_code == 302 and right["Location"] == there
    assert client.get(there).status_code == 200
    client.post("/sign-out")
    assert client.get(there).status_code == 302


def test_a_token_is_shown_once_and_kept_as_a_hash(world):
    client = client_of(world.ana)
    page = client.post("/settings/tokens", {"name": "farm", "scopes": ["read"]}).content.decode()
    plain = page.split('id="fresh-token">')[1].split("<")[0]
    row = ApiToken.objects.get()
    assert plain.startswith("iat_") and plain not in str(row.__dict__) and plain not in client.get("/settings/tokens").content.decode()
    headers = {"Authorization": f"Bearer {plain}"}
    assert Client().get("/api/me", headers=headers).json()["username"] == "ana"
    client.post(f"/settings/tokens/{row.pk}/revoke")
    assert Client().get("/api/me", headers=headers).status_code == 401


def test_in_single_user_mode_everybody_here_is_local(world, settings):
    settings.IAT_SINGLE_USER = True
    assert Client().get("/api/me").json()["username"] == "local"
    assert Client().get("/api/me", headers={"Authorization": "Bearer wrong"}).status_code == 401
