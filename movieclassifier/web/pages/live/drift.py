"""The distance of the news from the model's corpus, by day."""

from collections.abc import Sequence

from flask import render_template, request

from movieclassifier.feedback.log.live.entities import DayOfSource
from movieclassifier.web.clients import live
from movieclassifier.web.display import live_plots
from movieclassifier.web.display.plots import Plot


def drift() -> str:
    """Show by day how far the news are from the texts that the model was trained on."""
    source = request.args.get("source", "")[:100]
    days, warnings = live().drift(source)
    return render_template(
        "live/drift.html",
        days=days,
        warnings=warnings,
        source=source,
        newspapers=sorted({paper.name for paper in live().newspapers}),
        plots=drift_plots(days) if days else [],
        thresholds=live().thresholds,
        table=[drift_row(day) for day in reversed(days)],
    )


def drift_plots(days: Sequence[DayOfSource]) -> list[Plot]:
    """Draw the share of "other", and that of unknown words, by day."""
    thresholds = live().thresholds
    others = [day.other_share for day in days]
    unknown = [day.unknown_share for day in days]
    return [
        live_plots.drift_plot("Share of “other” by day", days, others, "of the articles were “other”"),
        live_plots.drift_plot(
            "Unknown words by day",
            days,
            unknown,
            "of the words were unknown to the model",
            thresholds.unknown_share,
        ),
    ]


def drift_row(day: DayOfSource) -> tuple[str, ...]:
    """Return a day as a row of the table."""
    accuracy = day.accuracy
    right = f"{accuracy[0]:.0%} ({accuracy[1]:.0%} to {accuracy[2]:.0%}) of {day.n_votes}" if accuracy else "no votes"
    return (
        day.day,
        f"{day.n:,}",
        f"{day.other_share:.0%}",
        f"{day.n_untold:,}",
        f"{day.unknown_share:.1%}",
        f"{day.probability:.2f}",
        right,
    )
