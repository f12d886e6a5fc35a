"""Which tables of ours go into a package, and how; which stay behind, and why. A wall checks that every table is named here.

Tables stand in the order in which they are written again, so that rows never come before what they stand on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FORMAT, SCHEMA = "iat.package", 1


@dataclass(frozen=True)
class Travels:
    """A table whose rows of a project travel. `without`: columns that stay behind, besides people, space and store. `ended`: states of work
    in progress are told as this one, because nobody goes on with it elsewhere. `with_canon`: rows of the space follow the canon row they belong
    to. `searched`: JSON columns in which ids of canon are looked for. `own_ids`: columns that are unique by themselves, like an id. `nameless`:
    keys of JSON columns that name people."""

    without: tuple[str, ...] = ()
    ended: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    with_canon: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    own_ids: tuple[str, ...] = ()
    nameless: dict[str, tuple[str, ...]] = field(default_factory=dict)


LEASE = ("lease_owner", "lease_until", "nudged_at")
STOPPED = ("canceled", ("planned", "running", "generated"))
TRAVELS: dict[str, Travels] = {
    "projects.Project": Travels(),
    "spaces.Asset": Travels(without=("storage_backend", "thumbs_at")),
    "spaces.AssetLink": Travels(with_canon=("child",)),
    "spaces.Definition": Travels(),
    "spaces.DefinitionRevision": Travels(with_canon=("definition",)),
    "spaces.VersionPin": Travels(),
    "spaces.AvatarKit": Travels(),
    "spaces.AvatarAsset": Travels(with_canon=("avatar_kit",)),
    "projects.ProjectStyle": Travels(),
    "projects.StyleGuide": Travels(),
    "projects.PromptTemplate": Travels(),
    "projects.ReferenceSet": Travels(),
    "projects.ReferenceItem": Travels(),
    "projects.ProjectBible": Travels(),
    "projects.BibleCharacter": Travels(),
    "projects.BibleRevision": Travels(),
    "renders.Task": Travels(ended={"status": ("pending", ("running",))}),
    "renders.CastMember": Travels(),
    "renders.Run": Travels(ended={"status": STOPPED}, searched=("settings_snapshot",)),
    "renders.RunJob": Travels(ended={"status": STOPPED}),
    "renders.RunCandidate": Travels(without=("lease_token", "not_before", *LEASE), ended={"status": STOPPED}),
    "renders.RunEvent": Travels(nameless={"facts": ("by",)}),
    "renders.QualityReport": Travels(),
    "renders.ConsistencyScore": Travels(),
    "renders.RenderedAsset": Travels(searched=("generation_context",)),
    "renders.RenderedWords": Travels(with_canon=("rendered",)),
    "renders.RenderedSource": Travels(with_canon=("rendered",)),
    "renders.BaseView": Travels(with_canon=("definition",)),
    "renders.Treatment": Travels(without=LEASE, ended={"status": STOPPED}),
    "projects.CostEvent": Travels(own_ids=("call_key",)),
}
STAYS: dict[str, str] = {
    "spaces.User": "people belong to an installation", "spaces.ApiToken": "people's", "spaces.Membership": "people's", "spaces.UserPreference": "people's",
    "spaces.IdempotentAnswer": "answers of this installation", "spaces.Space": "a package goes into a space that is there",
    "spaces.DefinitionWords": "an index, made anew", "spaces.Fetch": "work in progress", "spaces.Template": "the space's, no picture stands on it", "spaces.TemplateVersion": "the same",
    "projects.ProviderAccount": "set up anew, with keys of one's own", "projects.ProjectSecret": "secrets never leave", "projects.Webhook": "holds a secret", "projects.WebhookDelivery": "of a webhook",
    "projects.AuditEvent": "the space's chain; it is exported by itself", "projects.AuditHead": "the same", "projects.ProjectExport": "packages do not hold packages", "projects.PackageArrival": "the same",
    "projects.ProjectStorage": "names places and keys of this installation", "projects.StorageSync": "the same", "projects.SyncedFile": "the same",
    "spaces.Heartbeat": "tells who works here",
    "renders.ProviderCall": "orders to providers: nobody may go on with them elsewhere", "renders.KitOrder": "work in progress", "renders.KitItem": "the same",
}
KINDS_LEFT = ("export", "thumbnail")

Check = Callable[[dict[str, Any]], Any]
_checks: dict[str, list[Check]] = {}


def check(label: str, test: Check) -> None:
    """Adds a test for rows of a table that come in: it gets the row as plain JSON and raises Refused, or anything else for what it cannot read."""
    _checks.setdefault(label, []).append(test)


def checks(label: str) -> list[Check]:
    """The tests of a table."""
    return _checks.get(label, [])
