"""Signing in and out, tokens, signed files."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from iat.kernel import pages
from spaces import access, serving
from spaces.domain import people, preferences
from spaces.forms import PreferencesForm, TokenForm
from spaces.models import ApiToken

sign_in = auth.LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True)
sign_out = auth.LogoutView.as_view()


def signed_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A file by a signed, expiring link."""
    return serving.original(request, access.signed_asset(token))


def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; a new one's secret is shown once."""
    user = access.signed_in(request.user)
    form, fresh = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["lives"]
        until = timezone.now() + timedelta(days=int(days)) if days else None
        _, fresh = people.make_token(user, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"], expires_at=until)
        form = TokenForm()
    rows = ApiToken.objects.filter(user=user).order_by("-created_at", "-id")[:200]
    return render(request, "spaces/tokens.html", {"form": form, "rows": rows, "fresh": fresh, "now": timezone.now()})


def likes(request: HttpRequest) -> HttpResponse:
    """My preferences."""
    user = access.signed_in(request.user)
    known = preferences.of(user)
    initial = {**{k: known["generation"][k] for k in ("candidates", "size") if k in known["generation"]}, "theme": known["ui"].get("theme", ""), "style_tags": ", ".join(map(str, known["style"].get("tags", [])))}

    def do(told: dict[str, Any]) -> str:
        tags = [t.strip() for t in told["style_tags"].split(",") if t.strip()]
        preferences.put(user, {"generation": {**known["generation"], "candidates": told["candidates"], "size": told["size"]}, "ui": {**known["ui"], "theme": told["theme"]}, "style": {**known["style"], "tags": tags}})
        return "/settings/preferences"

    answer = pages.fill_in(request, PreferencesForm(request.POST or None, initial=initial), do, title="Preferences", done="Noted.", lead="What new renders start with, and how pages look to you.")
    if answer.status_code == 302:
        answer.set_cookie("theme", request.POST.get("theme", ""), max_age=31536000, samesite="Lax")
    return answer


@require_POST
def revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ends a token."""
    user = access.signed_in(request.user)
    return pages.act(request, lambda: people.revoke_token(user, pk=pk), done="The token no longer works.", to="/settings/tokens")
