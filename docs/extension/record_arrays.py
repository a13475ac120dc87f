"""The arrays of a record, looked up in the one that ships with the package."""

import json
import tomllib
from pathlib import Path

import numpy as np

from docs.extension.markdown import table

ROOT = Path(__file__).parents[2]
DESCRIPTIONS = ROOT / "docs/reference/record.toml"
BUNDLED = ROOT / "movieclassifier/bundled/imdb.npz"


def describe_record(part: str) -> str:
    """Return the arrays of the bundled record, or its facts."""
    described = tomllib.loads(DESCRIPTIONS.read_text("utf-8"))
    with np.load(BUNDLED, allow_pickle=False) as file:
        if part == "facts":
            facts = json.loads(file["facts"].tobytes())
            return table(["fact", "meaning"], ([f"`{name}`", described["facts"][name]] for name in facts))
        rows = [
            [
                f"`{name}`",
                f"{file[name].dtype}",
                " × ".join(f"{n:,}" for n in file[name].shape) or "one number",
                meaning,
            ]
            for name, meaning in described["arrays"].items()
            if name in file.files
        ]
    return table(["array", "type", "shape in the bundled record", "meaning"], rows)
