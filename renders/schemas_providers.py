"""Shapes of the providers' API."""

from typing import Any

from pydantic import Field, SecretStr

from renders.providers.remote import Remote
from spaces.schemas import In, stamp


class AccountIn(In):
    """How a provider may be used. `config` fits the connector's schema; `prices` correct its table, in USD."""

    is_enabled: bool = True
    config: dict[str, Any] | None = None
    prices: dict[str, float] | None = None
    priority: int | None = Field(None, ge=0, le=1000)
    concurrent: int | None = Field(None, ge=1, le=200)
    per_minute: int | None = Field(None, ge=0, le=6000)


class SecretIn(In):
    """A secret, once."""

    value: SecretStr = Field(min_length=1, max_length=2000)


class BudgetIn(In):
    """USD, or null for none."""

    budget_usd: float | None = Field(ge=0, le=1_000_000)


def catalogue_out(provider: Any) -> dict[str, Any]:
    """A provider as it comes with the product."""
    far = provider if isinstance(provider, Remote) else None
    return {"code": provider.code, "label": provider.label, "about": provider.about, "capabilities": sorted(provider.does), "local": far is None, "free": far is None or far.free,
            "config_schema": provider.Config.model_json_schema(), "secrets": [{"name": s.name, "label": s.label, "help": s.help} for s in far.secrets] if far else [],
            "prices": {"at": far.prices.at, "unit": far.prices.unit, "table": far.prices.table} if far else None}


def account_out(shelf: Any) -> dict[str, Any]:
    """A provider as it stands here."""
    row = shelf.account
    return {"code": shelf.connector.code, "label": shelf.connector.label, "capabilities": sorted(shelf.connector.does), "ready": shelf.ready, "local": shelf.local, "inherited": shelf.inherited,
            "is_enabled": shelf.local or bool(row and row.is_enabled), "config": shelf.config if row else None, "prices": shelf.prices, "priority": row.priority if row else None,
            "concurrent": row.concurrent if row else None, "per_minute": row.per_minute if row else None, "secrets": sorted(shelf.kept), "revision": row.revision if row else None}


def secret_out(row: Any) -> dict[str, Any]:
    """Never the value."""
    return {"provider_code": row.provider_code, "name": row.secret_name, "set_by": row.set_by.username if row.set_by else None, "updated_at": stamp(row.updated_at)}


def call_out(row: Any) -> dict[str, Any]:
    """An order."""
    return {"id": row.pk, "run_id": row.run_id, "candidate_id": row.candidate_id, "kit_item_id": row.kit_item_id, "provider_code": row.provider_code, "model_name": row.model_name, "operation": row.operation,
            "attempt": row.attempt, "status": row.status, "outcome": row.outcome or None, "remote_id": row.remote_id or None, "http_status": row.http_status, "error": row.error or None,
            "cost_usd": float(row.cost_usd) if row.cost_usd is not None else None, "is_estimate": row.is_estimate, "latency_ms": row.latency_ms, "result_asset_id": row.result_id,
            "sent_at": stamp(row.sent_at), "finished_at": stamp(row.finished_at), "revision": row.revision}


def cost_out(row: Any) -> dict[str, Any]:
    """One payment or reservation."""
    return {"id": row.pk, "run_id": row.run_id, "provider_code": row.provider_code, "operation_code": row.operation_code, "model_name": row.model_name, "cost_usd": float(row.cost_usd), "currency": row.currency,
            "is_settled": row.is_settled, "is_estimate": row.is_estimate, "created_at": stamp(row.created_at)}
