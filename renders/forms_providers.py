"""The settings of a provider as a form, read off its connector: one field a setting, one write-only field a secret."""

import re
from typing import Any

from django import forms

from renders.domain.providers import Shelf

ONE_OF = re.compile(r"^\^\(([\w.|-]+)\)\$$")


class AccountForm(forms.Form):
    """Settings first, then secrets, then limits."""

    def __init__(self, shelf: Shelf, data: Any = None) -> None:
        row = shelf.account
        super().__init__(data, initial={"is_enabled": row.is_enabled if row else True, "priority": row.priority if row else 100,
                                        "concurrent": row.concurrent if row else shelf.connector.concurrent, "per_minute": row.per_minute if row else shelf.connector.per_minute})
        self.shelf = shelf
        for secret in shelf.connector.secrets:
            kept = shelf.kept.get(secret.name)
            told = f"Kept since {kept.updated_at:%d %b %Y}; leave empty to keep it. " if kept else ""
            self.fields[f"secret_{secret.name}"] = forms.CharField(required=kept is None and not shelf.connector.free, max_length=2000, label=secret.label, help_text=told + secret.help, widget=forms.PasswordInput(attrs={"autocomplete": "off", "wide": True}))
        for name, told in shelf.fields.items():
            self.fields[f"config_{name}"] = self._field(name, told, shelf.config.get(name))
        self.fields["is_enabled"] = forms.BooleanField(required=False, label="Enabled")
        self.fields["priority"] = forms.IntegerField(min_value=0, max_value=1000, help_text="Lower goes first where another one fails.")
        self.fields["concurrent"] = forms.IntegerField(min_value=1, max_value=200, label="Orders at once")
        self.fields["per_minute"] = forms.IntegerField(min_value=0, max_value=6000, label="Orders a minute", help_text="0: no limit of ours.")

    def _field(self, name: str, told: dict[str, Any], value: Any) -> forms.Field:
        how: dict[str, Any] = {"label": told.get("title", name), "initial": value, "required": told.get("default") not in ("", None, {}) and told.get("type") != "boolean"}
        kind, one_of = told.get("type"), ONE_OF.match(told.get("pattern", ""))
        if one_of:
            return forms.ChoiceField(choices=[(c, c) for c in one_of[1].split("|")], **how)
        if kind == "object":
            return forms.JSONField(widget=forms.Textarea(attrs={"rows": 4, "wide": True}), **how)
        if kind == "boolean":
            return forms.BooleanField(**how)
        if kind in ("integer", "number"):
            limits = {"min_value": told.get("minimum"), "max_value": told.get("maximum")}
            return (forms.IntegerField if kind == "integer" else forms.FloatField)(**limits, **how)
        return forms.CharField(max_length=told.get("maxLength", 400), **how)

    def config(self) -> dict[str, Any]:
        """The settings as typed; what was left empty takes its default."""
        given = {name: self.cleaned_data.get(f"config_{name}") for name in self.shelf.fields}
        return {k: v for k, v in given.items() if v is not None and (v != "" or self.shelf.fields[k].get("default") == "")}

    def limits(self) -> dict[str, Any]:
        """Enabled, priority, pace."""
        return {name: self.cleaned_data[name] for name in ("is_enabled", "priority", "concurrent", "per_minute")}

    def secrets(self) -> dict[str, str]:
        """Only those that were typed in."""
        return {s.name: value for s in self.shelf.connector.secrets if (value := self.cleaned_data.get(f"secret_{s.name}"))}
