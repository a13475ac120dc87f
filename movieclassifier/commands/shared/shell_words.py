"""Messages of the library in the words of the command line: options in place of arguments."""

import ast
import re
import shlex

from movieclassifier.corpora.reading import flag

QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
VALUE = rf"{QUOTED}|\{{(?:{QUOTED}|[^'\"{{}}])*\}}|[^\s,(){{}}'\"]+"
# Patterns that only a message needs; re compiles them then.
PAIR = rf"(\w+)=({VALUE})"
READING = rf"ReadingOptions\(((?:\w+=(?:{VALUE})(?:, )?)+)\)"
# By argument of Python or setting of a run: the option that stands for it.
OPTIONS = {
    name: flag(name)
    for name in (
        *("allow_sorted", "alpha", "checkpoint_every", "delimiter", "encoding", "escape", "format", "keep_state"),
        *("label_column", "labels", "min_df", "minibatch_size", "n_features", "n_holdout", "n_train", "no_header"),
        *("no_quotes", "part", "passes", "recipe", "resume", "seed", "shuffle", "shuffle_seed", "skip_bad_rows"),
        *("soft_labels", "space", "stop_words", "teacher", "test", "test_format", "text_columns", "tokenizer"),
        *("tolerance", "unlabelled", "without_guard", "cache_dir"),
    )
} | {
    "base": "--recipe",
    "continue_": "--continue",
    "model_dir": "--model",
    "n_candidates": "--candidates",
    "n_folds": "--folds",
    "n_keep": "--keep",
    "n_shards": "--shards",
    "n_threads": "--threads",
    "n_workers": "--workers",
    "ngram_range": "--ngrams",
}
# The facts that tell runs apart, besides their options.
FACTS = {"sha256": "corpus", "reading": "way of reading", "version": "version of movieclassifier"}
NAME = "|".join(OPTIONS)
BEFORE = "".join(f"(?<={word} )|" for word in ("lower", "for", "and", "pass", "or", "…,"))
ARGUMENT = (
    rf"\b({NAME})=(…|True|\d+)(?!\w)"
    rf"|(?:{BEFORE}^)({'|'.join(name for name in OPTIONS if '_' in name)})\b(?! =)"
    rf"|(?:(?<=: )|(?<=; ))({NAME})(?= was )"
)
DIFFERENT = r"(?<=with a different )\w+(?:, \w+)*(?=;)"


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
    >>> words_of_shell("a different run: n_keep was none, is 9; norm was none, is l2. Start without continue_=True.")
    'a different run: --keep was none, is 9; norm was none, is l2. Start without --continue.'
    >>> words_of_shell("a search with a different n_folds, sha256; remove it")
    'a search with a different --folds, corpus; remove it'
    """
    message = re.sub(READING, lambda found: ", ".join(_option(*pair) for pair in re.findall(PAIR, found[1])), message)
    message = re.sub(DIFFERENT, lambda found: ", ".join(map(_named, found[0].split(", "))), message)
    return re.sub(ARGUMENT, _argument, message)


def _named(name: str) -> str:
    return OPTIONS.get(name) or FACTS.get(name, name)


def _argument(found: re.Match[str]) -> str:
    name, value, *rest = found.groups()
    option = OPTIONS[name or next(filter(None, rest))]
    return option if value in (None, "…", "True") else f"{option} {value}"


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
