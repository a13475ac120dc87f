"""Values that options of a corpus take: formats, and mappings of labels."""

from typing import Any

import click


class FormatNames(click.ParamType[str]):
    """A name in READERS, which is imported only if one is given."""

    name = "FORMAT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, if it is one."""
        from movieclassifier.corpora.readers.formats import READERS

        return click.Choice(list(READERS)).convert(value, param, ctx)


class FormatOption(click.Option):
    """An option that takes a format; its help lists all of them."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        from movieclassifier.corpora.readers.formats import READERS

        option, help = super().get_help_record(ctx) or ("", "")
        return option, help.replace("this format.", f"this format: {', '.join(READERS)}.")


class LabelMapping(click.ParamType[Any]):
    """``0=negative,4=positive``: the label that each value in a corpus stands for; ``2=`` leaves documents out."""

    name = "VALUE=LABEL,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a mapping of values to labels: integers if all labels are, else strings."""
        from movieclassifier.corpora.label_values import find_labels

        if not {",", "="} & set(value):
            self.fail(f"{value!r} is not a mapping; write 0=negative,4=positive.", param, ctx)
        pairs = [self._pair(part, param, ctx) for part in value.split(",")]
        names = dict(pairs)
        if any(names[name] != label for name, label in pairs):
            self.fail(f"{value!r} maps a value to two labels.", param, ctx)
        labels = find_labels({label: 1 for label in names.values() if label})
        if not labels:
            self.fail(f"{value!r} leaves all documents out.", param, ctx)
        return {value: labels.get(label) for value, label in names.items()}

    def _pair(self, part: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        from movieclassifier.corpora.readers.contract import as_label

        value, equals, label = part.rpartition("=")
        if not equals:
            value = label
        if not value:
            self.fail(f"{part!r} is not a mapping; write 0=negative,4=positive.", param, ctx)
        return as_label(value), as_label(label)
