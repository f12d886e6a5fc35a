"""The three-way merge: no edit is lost, no conflict is hidden. Checked for random edits on both sides."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces import merging
from spaces.merging import MISSING, differences, merge, same

pytestmark = pytest.mark.pure
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(-2, 2).map(lambda f: round(f, 1)), st.text("ab/~", max_size=2))
VALUE = st.recursive(st.one_of(SCALAR, st.lists(SCALAR, max_size=2)), lambda inner: st.dictionaries(st.text("xyz/~", min_size=1, max_size=2), inner, max_size=3), max_leaves=8)
CONTENT = st.dictionaries(st.sampled_from(["name", "attributes", "metadata", "a/b", "~"]), VALUE, max_size=4)


def at(content, pointer):
    """The value a pointer names, or MISSING."""
    for key in [k.replace("~1", "/").replace("~0", "~") for k in pointer.split("/")[1:]]:
        if not isinstance(content, dict) or key not in content:
            return MISSING
        content = content[key]
    return content


def within(inner, outer):
    return inner == outer or inner.startswith(outer + "/")


def survives(wanted, got, pointer, told, others):
    """An edit is there, or told as a conflict, or deeper edits of the other side stand beside it in the same object."""
    if same(wanted, got) or any(within(pointer, c) for c in told):
        return True
    if isinstance(wanted, dict) and isinstance(got, dict):
        extra = set(got) - set(wanted)
        beside = all(any(within(o, merging.step(pointer, k)) or within(pointer, o) for o in others) for k in extra)
        return beside and all(survives(v, got.get(k, MISSING), merging.step(pointer, k), told, others) for k, v in wanted.items())
    return False


@settings(max_examples=1500, deadline=None)
@given(CONTENT, CONTENT, CONTENT)
def test_no_edit_is_lost_and_no_conflict_is_hidden(base, ours, theirs):
    kept = copy.deepcopy((base, ours, theirs))
    merged = merge(base, ours, theirs)
    assert (base, ours, theirs) == kept, "inputs are not touched"
    told = {c.pointer for c in merged.conflicts}
    for side, other in ((ours, theirs), (theirs, ours)):
        for edit in differences(base, side):
            others = [e.pointer for e in differences(base, other) if not same(at(side, e.pointer), e.after)]
            assert survives(edit.after, at(merged.content, edit.pointer), edit.pointer, told, others), f"the edit of {edit.pointer} vanished without a word"
    mine, yours = differences(base, ours), differences(base, theirs)
    for a in mine:
        for b in yours:
            if a.pointer == b.pointer and not same(a.after, b.after) and not (isinstance(a.after, dict) and isinstance(b.after, dict)):
                assert any(within(a.pointer, c) or within(c, a.pointer) for c in told), f"both edited {a.pointer}, and nobody was told"
    for conflict in merged.conflicts:
        assert same(conflict.ours, at(ours, conflict.pointer)) and same(conflict.theirs, at(theirs, conflict.pointer)) and same(conflict.base, at(base, conflict.pointer))
        assert not same(conflict.ours, conflict.theirs) and not same(conflict.ours, conflict.base) and not same(conflict.theirs, conflict.base)
        assert same(at(merged.content, conflict.pointer), conflict.ours), "ours stays until somebody chooses"


@settings(max_examples=600, deadline=None)
@given(CONTENT, CONTENT, CONTENT)
def test_choosing_theirs_everywhere_takes_theirs_and_nothing_else_moves(base, ours, theirs):
    open_one = merge(base, ours, theirs)
    chosen = merge(base, ours, theirs, {c.pointer: "theirs" for c in open_one.conflicts})
    assert not chosen.open
    for conflict in open_one.conflicts:
        assert same(at(chosen.content, conflict.pointer), conflict.theirs)
    for change in differences(open_one.content, chosen.content):
        assert any(within(change.pointer, c.pointer) for c in open_one.conflicts)


@settings(max_examples=400, deadline=None)
@given(CONTENT, CONTENT)
def test_one_side_alone_merges_by_itself(base, other):
    assert same(merge(base, base, other).content, other) and not merge(base, base, other).conflicts
    assert same(merge(base, other, base).content, other) and not merge(base, other, base).conflicts
    assert same(merge(base, other, other).content, other) and not merge(base, other, other).conflicts


@settings(max_examples=400, deadline=None)
@given(CONTENT, CONTENT)
def test_differences_lead_from_one_to_the_other(before, after):
    changes = differences(before, after)
    assert bool(changes) != same(before, after)
    for change in changes:
        assert same(at(before, change.pointer), change.before) or change.before is MISSING
        assert same(at(after, change.pointer), change.after) or change.after is MISSING


def test_tags_are_a_set():
    tags = merging.merge({"canonical_tags": ["a", "b"]}, {"canonical_tags": ["a", "c"]}, {"canonical_tags": ["b", "a", "d"]})
    assert tags.content == {"canonical_tags": ["a", "c", "d"]} and tags.conflicts == []


def test_one_is_not_true():
    assert [c.pointer for c in differences({"a": 1}, {"a": True})] == ["/a"]
