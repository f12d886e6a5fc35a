"""What a project knows about its look, and how it is doing."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from projects.access import project as enter_project
from renders.domain import knowledge
from renders.queries import analytics
from renders.schemas import LearnIn
from spaces.models import Role

router = Router(tags=["Knowledge"])


@router.post("/projects/{p}/style-guides/learn", summary="Propose a style guide out of pictures")
def learn(request: HttpRequest, p: str, body: LearnIn | None = None):
    """Out of the pictures named, at most 24, or of the newest approved panels. Nothing is stored: PUT the rules as a style guide when they please."""
    return {"rules": knowledge.propose(enter_project(request.user, p, Role.ARTIST), body.asset_ids if body else [])}


@router.get("/projects/{p}/analytics", summary="How a project is doing")
def told(request: HttpRequest, p: str):
    """How many candidates pass the guard, how many pictures are kept, at the first try, by provider, by character, by week."""
    return analytics.of(enter_project(request.user, p), now=timezone.now()).as_json()
