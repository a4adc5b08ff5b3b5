from __future__ import annotations

from dataclasses import make_dataclass

from anirec.lib.shapes import shape_of


def page(*, word: str = "text", length: type = int) -> type:
    """A dataclass with a list of another dataclass."""
    line = make_dataclass("Line", [(word, str), ("length", length)])
    return make_dataclass("Page", [("number", int), ("lines", list[line] | None)])


def test_the_same_fields_have_the_same_shape():
    assert shape_of(page()) == shape_of(page())


def test_a_field_renamed_deep_inside_changes_the_shape():
    assert shape_of(page()) != shape_of(page(word="words"))


def test_a_type_changed_deep_inside_changes_the_shape():
    assert shape_of(page()) != shape_of(page(length=float))
