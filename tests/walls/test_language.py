"""House style that a machine can check."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).parent.parent.parent
SOURCES = [p for app in ("iat", "spaces", "projects", "renders") for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]
pytestmark = pytest.mark.pure
FORBIDDEN = {"utils.py", "helpers.py", "services.py", "common.py", "misc.py"}


def test_no_drawer_for_odds_and_ends():
    assert not [p for p in SOURCES if p.name in FORBIDDEN]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_opens_with_its_rule_and_has_short_functions(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    tree = ast.parse(text)
    if text.strip():
        assert ast.get_docstring(tree), "a module opens with what lives here"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 41, node.name


def test_kernel_files_are_one_thing_each():
    assert not [p.name for p in (ROOT / "iat/kernel").glob("*.py") if len(p.read_text().splitlines()) > 150]


def test_no_default_ordering_and_no_signals():
    for path in SOURCES:
        text = path.read_text()
        assert "post_save" not in text and "GenericForeignKey" not in text
    assert not [m for m in apps.get_models() if m._meta.app_label in ("spaces", "projects", "renders") and m._meta.ordering]


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
