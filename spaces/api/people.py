"""Me, my tokens, members."""

import uuid

from django.http import HttpRequest
from ninja import Router, Status

from spaces import access
from spaces.domain import people
from spaces.domain import preferences as prefs
from spaces.models import ApiToken, Role
from spaces.queries import library
from spaces.schemas import MemberIn, Page, PreferencesIn, RoleIn, TokenIn, given, listed, member_out, token_out

router = Router(tags=["People"])


@router.get("/me", summary="Who I am")
def me(request: HttpRequest):
    """The signed-in person and the roles they hold."""
    user = access.signed_in(request.user)
    roles = {str(m.space_id): m.role for m in user.memberships.all()}
    return {"id": user.pk, "username": user.username, "display_name": user.display_name, "email": user.email, "roles": roles}


@router.get("/me/preferences", summary="How I like things")
def preferences(request: HttpRequest):
    """Four small documents: style, generation, review, ui."""
    return prefs.of(access.signed_in(request.user))


@router.put("/me/preferences", summary="Say how I like things")
def set_preferences(request: HttpRequest, body: PreferencesIn):
    """Replaces the kinds that are given; the others stay."""
    return prefs.put(access.signed_in(request.user), {k: v for k, v in given(body).items() if v is not None})


@router.get("/me/tokens", response=Page, summary="My tokens")
def tokens(request: HttpRequest, limit: int = 50, cursor: str | None = None):
    """Newest first; secrets are never shown again."""
    rows = ApiToken.objects.filter(user=access.signed_in(request.user))
    return listed(rows, token_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.post("/me/tokens", response={201: dict}, summary="Make a token")
def make_token(request: HttpRequest, body: TokenIn):
    """The answer holds the token's plain text, this once."""
    row, plain = people.make_token(access.signed_in(request.user), name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return Status(201, {**token_out(row), "token": plain})


@router.delete("/me/tokens/{pk}", response={204: None}, summary="Revoke a token")
def revoke_token(request: HttpRequest, pk: uuid.UUID):
    """It stops working at once."""
    people.revoke_token(access.signed_in(request.user), pk=pk)
    return Status(204, None)


@router.get("/spaces/{pk}/members", summary="Members of a space")
def members(request: HttpRequest, pk: uuid.UUID):
    """By name."""
    space = access.space(request.user, pk)
    return {"items": [member_out(m) for m in library.members(space)], "next": None, "total": None}


@router.post("/spaces/{pk}/members", response={201: dict}, summary="Let somebody in")
def add_member(request: HttpRequest, pk: uuid.UUID, body: MemberIn):
    """Owners only."""
    space = access.space(request.user, pk, Role.OWNER)
    return Status(201, member_out(people.add_member(space, username=body.username, role=body.role, by=request.user)))


@router.patch("/spaces/{pk}/members/{user}", summary="Change a role")
def change_role(request: HttpRequest, pk: uuid.UUID, user: uuid.UUID, body: RoleIn):
    """Owners only; the last owner stays."""
    space = access.space(request.user, pk, Role.OWNER)
    return member_out(people.change_role(space, user_id=user, role=body.role, by=request.user))


@router.delete("/spaces/{pk}/members/{user}", response={204: None}, summary="Take somebody out")
def remove_member(request: HttpRequest, pk: uuid.UUID, user: uuid.UUID):
    """Owners only; the last owner stays."""
    people.remove_member(access.space(request.user, pk, Role.OWNER), user_id=user, by=request.user)
    return Status(204, None)
