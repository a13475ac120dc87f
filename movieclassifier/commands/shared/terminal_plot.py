"""A learning curve in a terminal."""

from collections.abc import Sequence

WIDTH = 60
HEIGHT = 8
MIN_POINTS = 3


def plot_curve(curve: Sequence[tuple[int, float]], width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return a learning curve as text: the prequential accuracy by the number of documents.

    Parameters
    ----------
    curve : sequence of (int, float)
        Documents learned from so far, and the accuracy on those before they were learned from.
    width, height : int
        Columns and lines of the plot itself.

    Returns
    -------
    str
        Nothing for fewer than three points.

    Examples
    --------
    >>> print(plot_curve([(100, 0.5), (200, 0.7), (300, 0.8), (400, 0.9)], width=24, height=3))
    accuracy on documents before they are learned from
    0.90 |        ••••••••••••••••
    0.70 | •••••••
    0.50 |•
         +------------------------
          100        400 documents
    """
    if len(curve) < MIN_POINTS:
        return ""
    last, values = curve[-1][0], [accuracy for _, accuracy in curve]
    first, low, high = curve[0][0], min(values), max(values)
    lines = [[" "] * width for _ in range(height)]
    for column in range(width):
        n_documents = first + (last - first) * column / (width - 1)
        accuracy = next(value for n, value in curve if n >= n_documents - 1e-9 * last)
        row = round((accuracy - low) / (high - low) * (height - 1)) if high > low else 0
        lines[height - 1 - row][column] = "•"
    step = (high - low) / (height - 1)
    labelled = (f"{high - step * row:.2f} |{''.join(line).rstrip()}" for row, line in enumerate(lines))
    axis = f"{first:,}" + f"{last:,} documents".rjust(width - len(f"{first:,}"))
    heading = "accuracy on documents before they are learned from"
    return "\n".join([heading, *labelled, "     +" + "-" * width, "      " + axis])
