"""The labels that the values in a corpus stand for: its own, or the classes of a model."""

from collections.abc import Collection, Iterable, Mapping

from movieclassifier.corpora.readers.contract import Label, Labels, OfModel


def find_labels(values: Mapping[str, int]) -> dict[str, Label]:
    """Map values to the integers they are if all are integers, else to themselves; sorted.

    Examples
    --------
    >>> find_labels({"4": 5, "0": 9})
    {'0': 0, '4': 4}
    >>> find_labels({"tech": 1, "1": 1})
    {'1': '1', 'tech': 'tech'}
    """
    if all(map(_is_integer, values)):
        return {value: int(value) for value in sorted(values, key=int)}
    return {value: value for value in sorted(values)}


def labels_of_classes(
    labels: Labels | None, classes: Iterable[Label], names: Iterable[str], hint: str = ""
) -> dict[str, Label | None]:
    """Map the values of one corpus to the classes of a classifier that was trained on a different one.

    A value is a class's if it, or the label that it stands for, is the class or the class's name.

    Parameters
    ----------
    labels : mapping of str to (int, str or None), optional
        The corpus's own.
    classes : iterable of (int or str)
    names : iterable of str
        Names of the classes, in the same order.
    hint : str, optional
        A sentence on the classifier, which ends the message about a label of no class.

    Returns
    -------
    dict of str to (int, str or None)
        None for values that the corpus leaves out. Values of no class are missing, and reading refuses them.

    Raises
    ------
    ValueError
        If no label is that of a class.

    Examples
    --------
    >>> labels_of_classes({"0": "negative", "2": None, "4": "positive"}, [0, 1], ["negative", "positive"])
    {'0': 0, '2': None, '4': 1}
    >>> labels_of_classes(None, [0, 1], ["negative", "positive"])
    {'negative': 0, 'positive': 1, '0': 0, '1': 1}
    """
    classes = list(classes)
    known = {**dict(zip(names, classes, strict=True)), **{str(label): label for label in classes}}
    if labels is None:
        return OfModel(known, hint)
    kept = {value: label for value, label in labels.items() if label is None or str(label) in known}
    if not any(label is not None for label in kept.values()):
        raise ValueError(_no_class(labels, known, len(classes)) + hint)
    return OfModel({value: None if label is None else known[str(label)] for value, label in kept.items()}, hint)


def _no_class(labels: Labels, known: Collection[str], n_classes: int) -> str:
    """Say that no label of a corpus is a class, and how to map them."""
    names = list(known)[:n_classes]
    values = [value for value, label in labels.items() if label is not None]
    pairs = dict(zip(values, names, strict=False))
    found = ", ".join(str(labels[value]) for value in values)
    return (
        f"the corpus has the labels {found}; the model knows {', '.join(names)}. "
        f"Pass ReadingOptions(labels={pairs}) or a mapping like it."
    )


def _is_integer(value: str) -> bool:
    """Tell whether a value is an integer as numpy holds them, written the usual way."""
    digits = value.removeprefix("-")
    # int() refuses too many digits with a different message.
    return digits.isdecimal() and len(digits) < 20 and str(int(value)) == value and abs(int(value)) < 2**63
