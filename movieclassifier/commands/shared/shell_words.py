"""Messages of the library in the words of the command line: options in place of arguments."""

import ast
import re
import shlex

from movieclassifier.corpora.reading import flag

QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
VALUE = rf"{QUOTED}|\{{(?:{QUOTED}|[^'\"{{}}])*\}}|[^\s,(){{}}'\"]+"
PAIR = re.compile(rf"(\w+)=({VALUE})")
READING = re.compile(rf"ReadingOptions\(((?:\w+=(?:{VALUE})(?:, )?)+)\)")
# Arguments of train() and of the splits where a message gives advice; elsewhere these names are settings of a plan.
BEFORE = "".join(f"(?<={word} )|" for word in ("lower", "for", "and", "pass", "or", "…,"))
ARGUMENT = re.compile(
    rf"(?:{BEFORE}^)(n_train|n_holdout|n_folds)(?:=(\w+))?\b|\b(allow_sorted)=True|\b(test)=…|(?<=lower )(n_features)\b"
)


def words_of_shell(message: str) -> str:
    r"""Return a message with the options of the command line where it names arguments of Python.

    Examples
    --------
    >>> words_of_shell("Add it, or pass ReadingOptions(skip_bad_rows=N).")
    'Add it, or pass --skip-bad-rows N.'
    >>> words_of_shell("Pass ReadingOptions(labels={'0': 'grim', '1': None}) or a mapping like it.")
    'Pass --labels 0=grim,1= or a mapping like it.'
    >>> words_of_shell("too few for n_train 90; pass test=…, n_holdout=0 or allow_sorted=True")
    'too few for --n-train 90; pass --test, --n-holdout 0 or --allow-sorted'
    """
    message = READING.sub(lambda found: ", ".join(_option(*pair) for pair in PAIR.findall(found[1])), message)
    return ARGUMENT.sub(_argument, message)


def _argument(found: re.Match[str]) -> str:
    name = next(name for name in found.group(1, 3, 4, 5) if name)
    return flag(name.replace("n_folds", "folds")) + (f" {found[2]}" if found[2] else "")


def _option(name: str, value: str) -> str:
    """Return an option as it is typed; an ellipsis stands for any value."""
    if value in ("…", "{…}", "True"):
        return flag(name)
    if value.startswith(("{'", '{"')):
        known = ast.literal_eval(value.replace(", …}", "}"))
        mapping = ",".join(f"{old}={'' if new is None else new}" for old, new in known.items())
        return f"{flag(name)} {shlex.quote(mapping)}{'…' if value.endswith(', …}') else ''}"
    if value[0] in "'\"":  # the command line takes \t for a tab
        value = shlex.quote(value[1:-1] if name == "delimiter" else ast.literal_eval(value))
    return f"{flag(name)} {value}"
