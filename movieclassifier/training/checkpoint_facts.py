"""The progress of a fit as a checkpoint tells it, and whether a different run may go on from there."""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from movieclassifier.training.plan import Plan

FORMAT = 3  # 2 held zeros too; 1 was written before the default tokenizer folded quotes, marks and references
# Settings that a resumed run need not repeat: the checkpoint tells the first, the others decide no bits.
NOT_COMPARED = ("earlier", "allow_sorted", "corpus", "label_names", "asked")
# Settings that a corpus of its own may change: all but the recipe and the classes.
OF_THE_CORPUS = tuple(name for name in Plan.__dataclass_fields__ if name not in ("recipe", "classes"))
# What messages call the settings that nobody gives by name.
IN_WORDS = {
    "classes": "the list of labels",
    "label_counts": "the number of documents by label",
    "sha256": "the SHA-256 of the corpus",
}


@dataclass(frozen=True)
class CheckpointFacts:
    """The progress of a fit.

    Attributes
    ----------
    plan : Plan
    n_steps_done, n_steps : int
        Minibatches visited, and minibatches in all passes.
    curve : list of (int, float)
        Points of the prequential curve.
    since_point : tuple of (int, int)
        Right and tested documents since the last point.
    label_run : tuple of (int, int)
        Position of the last label, and how many documents in a row have had it.
    """

    plan: Plan
    n_steps_done: int
    n_steps: int
    curve: list[tuple[int, float]]
    since_point: tuple[int, int]
    label_run: tuple[int, int] = (-1, 0)

    @property
    def is_finished(self) -> bool:
        """Whether the fit has taken its last step."""
        return self.n_steps_done == self.n_steps

    @property
    def is_continuation(self) -> bool:
        """Whether the run is one of ``--continue``; only such a run comes after earlier corpora."""
        return bool(self.plan.earlier)

    def belongs_to(self, plan: Plan, continue_: bool) -> bool:
        """Tell whether a run with a plan, and with or without ``--continue``, can go on from here."""
        ignored = {name: getattr(plan, name) for name in NOT_COMPARED}
        return replace(self.plan, **ignored) == plan and self.is_continuation == continue_

    def to_json(self) -> str:
        """Return the facts as text."""
        return json.dumps({"format": FORMAT, **vars(self), "plan": self.plan.to_dict()})

    @classmethod
    def from_json(cls, text: str | bytes) -> "CheckpointFacts":
        """Read what :meth:`to_json` returned.

        Raises
        ------
        ValueError
            If it is anything else, or of a format that this version does not read.
        """
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']!r:.80}, this version reads {FORMAT}")
        missing = cls.__dataclass_fields__.keys() - facts.keys() - {"label_run"}
        if missing:
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
        n_done, n_steps = facts["n_steps_done"], facts["n_steps"]
        if not (isinstance(n_done, int) and isinstance(n_steps, int) and 0 <= n_done <= n_steps):
            raise ValueError(f"the step count is invalid: {n_done!r:.20} of {n_steps!r:.20}")
        if not all(map(_is_pair, [*facts["curve"], facts["since_point"]])):
            raise ValueError("its learning curve is invalid")
        label_run = facts.get("label_run", [-1, 0])
        if not _is_pair(label_run) or not all(isinstance(number, int) for number in label_run):
            raise ValueError("its run of one label is invalid")
        curve = [(n, accuracy) for n, accuracy in facts["curve"]]
        plan, (n_correct, n_tested) = Plan.from_dict(facts["plan"]), facts["since_point"]
        return cls(
            plan,
            n_steps_done=n_done,
            n_steps=n_steps,
            curve=curve,
            since_point=(n_correct, n_tested),
            label_run=tuple(label_run),
        )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(number, int | float) for number in value)


def check_plan(path: str | os.PathLike[str], found: Plan, wanted: Plan, without: Collection[str] = ()) -> None:
    """Refuse a checkpoint of a different corpus, recipe or setting, those of `without` aside.

    Raises
    ------
    ValueError
        Naming everything that differs.
    """
    before, now = _settings(found, without), _settings(wanted, without)
    shown = [before, now]
    if found.label_names and wanted.label_names:
        shown = [before | {"classes": found.label_names}, now | {"classes": wanted.label_names}]
    refuse_differences(
        path,
        {
            name: (shown[0].get(name), shown[1].get(name))
            for name in sorted(before.keys() | now.keys())
            if before.get(name) != now.get(name)
        },
    )


def refuse_differences(path: str | os.PathLike[str], differences: Mapping[str, tuple[Any, Any]]) -> None:
    """Refuse a checkpoint if any setting differs.

    Parameters
    ----------
    path : str or path-like
    differences : mapping of str to pair
        By name, the value in the checkpoint and the value now.

    Raises
    ------
    ValueError
    """
    if differences:
        said = "; ".join(
            f"{IN_WORDS.get(name, name)} was {_short(before)}, is {_short(now)}"
            for name, (before, now) in differences.items()
        )
        raise ValueError(
            f"{path} belongs to a different run: {said}. "
            "Repeat that run's corpus and options, or start again without resume=True and continue_=True."
        )


def _settings(plan: Plan, without: Collection[str]) -> dict[str, Any]:
    """Return what decides the bits of a plan, each setting of the recipe and of the reading by itself."""
    names = ("corpus", "label_names", "asked", *without)
    settings = {name: value for name, value in plan.to_dict().items() if name not in names}
    recipe, reading = settings.pop("recipe", {}), settings.pop("reading", "{}")
    named = {"recipe" if name == "name" else name: value for name, value in recipe.items()}
    return settings | named | (json.loads(reading) if reading.startswith("{") else {"reading": reading})


def _short(value: Any) -> str:
    text = "none" if value is None else json.dumps(value)
    if len(text) > 80 and isinstance(value, list):
        return f"{len(value):,} of them"
    return text if len(text) <= 80 else f"{text[:77]}..."
