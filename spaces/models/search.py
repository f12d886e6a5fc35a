"""The words of each definition, for the full-text index (FTS5 on SQLite, GIN on PostgreSQL; migration 0004)."""

from typing import Any

from django.db import models
from django.db.models import BooleanField, F, Func

from iat.kernel.scope import GLOBAL
from iat.kernel.walls import ScopedManager
from spaces.models.definition import Definition


class DefinitionWords(models.Model):
    """One line of words a definition. Only asked together with Definition, whose scope holds; the whole-number key is what FTS5 needs."""

    scope = GLOBAL
    id = models.BigAutoField(primary_key=True)
    definition = models.OneToOneField(Definition, on_delete=models.CASCADE, related_name="words")
    body = models.TextField()
    objects = ScopedManager()

    def __str__(self) -> str:
        return self.body


class Holds(Func):
    """Whether the line holds every one of the words: marks in full, a person's words from their beginning."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, marks: tuple[str, ...], wanted: tuple[str, ...], *, index: str = "spaces_words") -> None:
        super().__init__(F("id"), F("body"))
        self.marks, self.wanted, self.index = marks, wanted, index

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """FTS5: the words are letters and digits only, so quoting them is enough."""
        key, params = compiler.compile(self.source_expressions[0])
        match = " ".join([*(f'"{m}"' for m in self.marks), *(f'"{w}"*' for w in self.wanted)])
        return f"{key} IN (SELECT rowid FROM {self.index} WHERE {self.index} MATCH %s)", [*params, match]  # noqa: S608 - names of ours and a placeholder

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The words are lexemes already: no dictionary of the server changes them."""
        line, params = compiler.compile(self.source_expressions[1])
        match = " & ".join([*(f"'{m}'" for m in self.marks), *(f"'{w}':*" for w in self.wanted)])
        return f"array_to_tsvector(string_to_array({line}, ' ')) @@ %s::tsquery", [*params, match]
