"""How the code is laid out, as `make structure` measures it."""

from __future__ import annotations

import pytest

from anirec import structure


def test_no_folder_is_too_full():
    assert [(name, n) for name, n in structure.files_by_folder().items() if n > structure.MOST_FILES] == []


def test_no_files_import_each_other_in_a_circle():
    assert structure.import_circles() == []


def test_functions_are_short():
    lengths = list(structure.function_lengths())
    assert len(lengths) > 2000
    assert [name for name, length in lengths if length > structure.LONGEST_FUNCTION] == []


def test_lines_of_templates_and_styles_can_be_read():
    assert list(structure.long_lines()) == []


def test_strings_name_what_they_are_about():
    assert structure.share_of_vague_strings() <= 0.015


@pytest.mark.parametrize("subject", ["social.tips", "social.plans", "catalog.saved_views", "accounts.webhooks"])
def test_a_subject_can_be_taken_out(subject, capsys):
    assert structure.names(subject) == 0
    files = int(capsys.readouterr().out.strip().split("\n")[-1].split()[0])
    assert 3 <= files <= 6


def test_what_is_no_subject_is_said(capsys):
    assert structure.names("social.nothing") == 2
    assert "social.nothing is not a subject" in capsys.readouterr().out
