import pytest

from movieclassifier.commands.shared.text_tables import counted, text_table


def test_columns_are_as_wide_as_their_widest_entry():
    table = text_table(["name", "n", "note"], [["a", 1, ""], ["longer name", 1000, "why"]])
    assert table.splitlines() == ["name            n  note", "a               1", "longer name  1000  why"]


def test_table_without_rows_is_its_header():
    assert text_table(["name", "votes"], []) == "name  votes"


@pytest.mark.parametrize(("n", "said"), [(0, "0 votes"), (1, "1 vote"), (2, "2 votes"), (12345, "12,345 votes")])
def test_one_is_singular(n, said):
    assert counted(n, "vote") == said
