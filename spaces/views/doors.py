"""Signing in and out, tokens, signed files."""

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from spaces import access, serving
from spaces.domain import people
from spaces.forms import TokenForm
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
        _, fresh = people.make_token(user, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"])
        form = TokenForm()
    rows = ApiToken.objects.filter(user=user).order_by("-created_at", "-id")[:200]
    return render(request, "spaces/tokens.html", {"form": form, "rows": rows, "fresh": fresh})


@require_POST
def revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ends a token."""
    user = access.signed_in(request.user)
    return pages.act(request, lambda: people.revoke_token(user, pk=pk), done="The token no longer works.", to="/settings/tokens")
