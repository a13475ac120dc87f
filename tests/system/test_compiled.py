import pytest

from movieclassifier.system import compiled
from movieclassifier.system.compiled import PURE_PYTHON, backend, import_twin

TWINS = {
    "_hashing": compiled.hashing_twin,
    "_training": compiled.training_twin,
    "_csv_rows": compiled.csv_rows_twin,
    "_soft_targets": compiled.soft_targets_twin,
    "_numbering": compiled.numbering_twin,
    "_vectors": compiled.vectors_twin,
    "_moved_weights": compiled.moved_weights_twin,
}


def test_a_missing_extension_gives_the_reason():
    twin, reason = import_twin("movieclassifier.features._no_such_twin")
    assert twin is None
    assert "_no_such_twin" in reason
    assert import_twin("json")[1] == ""


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("value", ["", "0", "1", "yes"])
def test_the_variable_turns_every_twin_off(name, value, monkeypatch):
    extension = object()
    monkeypatch.setattr(compiled, "_import_once", lambda module: (extension, ""))
    monkeypatch.setenv(PURE_PYTHON, value)
    assert TWINS[name]() is (extension if value in ("", "0") else None)


def test_the_reason_says_how_to_change_the_path(monkeypatch):
    monkeypatch.delenv(PURE_PYTHON, raising=False)
    monkeypatch.setattr(compiled, "_import_once", lambda module: (object(), ""))
    assert backend() == ("compiled", f"the extension is installed; {PURE_PYTHON}=1 turns it off")
    monkeypatch.setattr(compiled, "_import_once", lambda module: (None, "No module named 'x'"))
    assert backend() == ("pure Python", "No module named 'x'; with a C compiler, installing again builds it")
    assert compiled.training_twin() is compiled.vectors_twin() is None
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert backend() == ("pure Python", f"{PURE_PYTHON} is set")


def test_extensions_are_imported_when_they_are_asked_for():
    assert compiled._import_once("movieclassifier.no_such_twin")[0] is None
    if backend()[0] == "compiled":
        assert compiled.vectors_twin().__name__ == "movieclassifier.training.teachers._vectors"
