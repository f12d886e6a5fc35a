"""What a project or space may draw with: settings checked against the connector, prices that operators correct, the catalogue."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from iat.kernel.errors import Finding, Invalid, NotThere
from projects.domain import accounts, copies
from projects.models import Project, ProjectSecret, ProviderAccount
from renders.domain import gateway
from renders.providers.registry import PROVIDERS, anything, remote
from renders.providers.remote import Remote
from spaces.models import Space, User


@dataclass(frozen=True)
class Shelf:
    """A provider as an owner sees it: the connector, the account that holds here, whether it is the space's, and which secrets are kept."""

    connector: Any
    account: ProviderAccount | None
    inherited: bool
    kept: dict[str, ProjectSecret]

    @property
    def local(self) -> bool:
        """Whether it works on this machine and needs no account."""
        return not isinstance(self.connector, Remote)

    @property
    def ready(self) -> bool:
        """Whether an order could leave."""
        return self.local or bool(self.account and self.account.is_enabled and (self.connector.free or all(s.name in self.kept for s in self.connector.secrets)))

    @property
    def fields(self) -> dict[str, Any]:
        """The settings' JSON schema properties by name."""
        return dict(self.connector.Config.model_json_schema().get("properties", {}))

    @property
    def config(self) -> dict[str, Any]:
        """The settings as they hold, defaults filled in."""
        return {**self.connector.Config.model_construct().model_dump(mode="json"), **(self.account.config if self.account else {})}

    @property
    def prices(self) -> dict[str, float]:
        """USD by what is counted, corrections included."""
        return {} if self.local else {**self.connector.prices.table, **(self.account.prices if self.account else {})}


def shelves(owner: Project | Space) -> list[Shelf]:
    """Every provider there is, as it stands for a project or a space. Two queries."""
    place = accounts.owned(owner)
    rows = {row.provider_code: row for row in accounts.effective(place["space_id"], place["project_id"])}
    kept: dict[str, dict[str, ProjectSecret]] = {}
    wanted = ProjectSecret.objects.filter(space_id=place["space_id"]).defer("value").select_related("set_by")
    for secret in sorted(wanted, key=lambda s: s.project_id is not None):
        kept.setdefault(secret.provider_code, {})[secret.secret_name] = secret
    return [Shelf(p, rows.get(p.code), bool(place["project_id"] and p.code in rows and rows[p.code].project_id is None), kept.get(p.code, {})) for p in PROVIDERS.all()]


def drawing(owner: Project | Space) -> list[tuple[str, str]]:
    """Code and label of those that could draw now, the storyboard engine last where others are set up."""
    ready = [s for s in shelves(owner) if s.ready and {"generate", "edit"} & s.connector.does]
    return [(s.connector.code, s.connector.label) for s in sorted(ready, key=lambda s: (s.local, s.account.priority if s.account else 0))]


def shelf(owner: Project | Space, code: str) -> Shelf:
    """One of them; NotThere for a code nobody knows."""
    found = next((s for s in shelves(owner) if s.connector.code == code), None)
    if found is None:
        raise NotThere(f"There is no provider “{code}”.")
    return found


def put(owner: Project | Space, code: str, *, by: User, config: dict[str, Any] | None = None, prices: dict[str, float] | None = None, **more: Any) -> ProviderAccount:
    """Creates or changes an account. Raises Invalid naming each field that the connector does not take."""
    connector = _remote(code)
    known = ProviderAccount.objects.filter(provider_code=code, **accounts.owned(owner)).first()
    try:
        told = connector.Config.model_validate(config if config is not None else known.config if known else {}).model_dump(mode="json")
    except ValidationError as error:
        wrong = [Finding("/config/" + "/".join(str(step) for step in e["loc"]), e["msg"]) for e in error.errors()]
        raise Invalid("; ".join(f"{f.pointer}: {f.detail}" for f in wrong), findings=wrong) from None
    if connector.needs_address and not told["base_url"]:
        raise Invalid("Tell where the server is.", findings=[Finding("/config/base_url", "an address is needed")])
    values = {k: v for k, v in more.items() if v is not None} | {"config": told}
    if prices is not None:
        values["prices"] = _prices(connector, prices)
    if known is None:
        values = {"concurrent": connector.concurrent, "per_minute": connector.per_minute} | values
    return accounts.put(owner, code, by=by, **values)


def _prices(connector: Remote, prices: dict[str, float]) -> dict[str, float]:
    wrong = [Finding(f"/prices/{name}", "0 to 1,000 USD") for name, usd in prices.items() if not 0 <= usd <= 1000 or len(name) > 200]
    if wrong:
        raise Invalid("Some prices cannot be.", findings=wrong)
    return {name: usd for name, usd in prices.items() if connector.prices.table.get(name) != usd}


def _remote(code: str) -> Remote:
    if code not in PROVIDERS:
        raise NotThere(f"There is no provider “{code}”.")
    connector = remote(code)
    if connector is None:
        raise Invalid(f"{anything(code).label} works on this machine and needs no account.", findings=[Finding("/provider_code", "needs no account")])
    return connector


def put_secret(owner: Project | Space, code: str, name: str, *, value: str, by: User) -> ProjectSecret:
    """Keeps one of the secrets that the connector names, or one of a bucket's keys."""
    label, known = ("A bucket", copies.KEYS) if code == copies.CODE else (_remote(code).label, tuple(s.name for s in _remote(code).secrets))
    if name not in known:
        raise NotThere(f"{label} has no secret “{name}”. It has: {', '.join(known) or 'none'}.")
    value = value.strip()
    if not value or not value.isprintable() or not value.isascii():
        raise Invalid("A secret is one line of plain characters.", findings=[Finding("/value", "one line of plain characters")])
    return accounts.put_secret(owner, code, name, value=value, by=by)


def test(owner: Project | Space, code: str) -> tuple[bool, str, int]:
    """Asks the provider something cheap: (works, a sentence, milliseconds)."""
    connector, place = _remote(code), accounts.owned(owner)
    account = accounts.account(place["space_id"], place["project_id"], code)
    if account is None:
        return False, f"{connector.label} is not set up yet. Save its settings first.", 0
    return gateway.test(connector, account)
