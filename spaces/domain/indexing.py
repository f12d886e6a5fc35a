"""Keeps the words of a definition in step with its content. Called by every verb that records a change."""

from spaces import words
from spaces.models import Definition, DefinitionWords


def line_of(row: Definition) -> str:
    """The words of name, description, tags, label and every text of the attributes, prompts included."""
    texts = [row.name, row.description, row.variant_label, *row.canonical_tags, *words.leaves(row.attributes)]
    return words.body(texts, [words.place(row.project_id or row.space_id, row.type), *map(words.tag, row.canonical_tags)])


def index(row: Definition) -> None:
    """Writes the line where it is new or changed."""
    line = line_of(row)
    known = DefinitionWords.objects.filter(definition=row).first()
    if known is None:
        DefinitionWords.objects.create(definition=row, body=line)
    elif known.body != line:
        DefinitionWords.objects.filter(pk=known.pk).update(body=line)
