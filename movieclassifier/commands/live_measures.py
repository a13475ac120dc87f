"""``movieclassifier live threshold`` and ``drift``: when to answer "other", and when to retrain."""

import json

import click

from movieclassifier.commands.shared.common_options import json_lines_option, model_option
from movieclassifier.commands.shared.feedback_options import database_option, open_owner
from movieclassifier.commands.shared.live_steps import LiveCommand, open_live, owners_newspapers


@click.command(
    cls=LiveCommand,
    examples=[
        (
            "Choose thresholds that answer 95% of the documents:",
            "movieclassifier live threshold news.csv --model models/news",
        ),
        (
            "Allow 2% of the answers to be wrong, and save the thresholds:",
            "movieclassifier live threshold news.csv --model models/news --risk 0.02 --save",
        ),
    ],
)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@click.option(
    "--coverage",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Answer this share of the documents.  [default: 0.95]",
)
@click.option(
    "--risk", type=click.FloatRange(0, 1), metavar="SHARE", help="Allow this share of the answers to be wrong."
)
@click.option(
    "--votes",
    is_flag=True,
    help="Count the texts that people voted on, too, once there are 50.",
)
@database_option
@click.option("--save", is_flag=True, help="Write the thresholds to the model file.")
@model_option
@json_lines_option
def threshold(
    paths: tuple[str, ...],
    coverage: float | None,
    risk: float | None,
    votes: bool,
    database: str | None,
    save: bool,
    model: str | None,
    as_json: bool,
) -> None:
    """Choose the probability below which an article is "other".

    It is chosen on the last tenth of CORPUS, which should be documents that the model was not trained on. A short text
    has a threshold of its own.
    """
    from movieclassifier.live.choosing import choose_on, save_thresholds
    from movieclassifier.models.abstaining import BANDS, band_name

    if coverage is not None and risk is not None:
        raise click.UsageError("pass --coverage or --risk, not both.")
    voted = _voted(database) if votes or database else []
    chosen, table = choose_on(paths, model, 0.95 if coverage is None else coverage, risk, voted)
    if as_json:
        click.echo(json.dumps(chosen.to_dict()))
    else:
        click.echo("known n-grams  coverage  threshold   risk")
        for band, share, least, wrong in table:
            click.echo(f"{band:>13}  {share:>8.0%}  {least:>9.3f}  {wrong:>5.3f}")
        click.echo("\nA text gets a label from this probability on, and is “other” below it:")
        for place, least in enumerate(chosen.least):
            click.echo(f"{band_name(place):>13} known n-grams  {least:.3f}")
        click.echo(f"With fewer than {BANDS[0]} known n-grams, nothing can be told of a text.")
    if save:
        path = save_thresholds(model, chosen)
        click.echo(f"{path} holds them now; movieclassifier update --model {path} serves it.", err=True)


@click.command(
    cls=LiveCommand,
    examples=[
        ("Show by day how far the news is from the corpus:", "movieclassifier live drift"),
        ("Look at one newspaper, as JSON:", "movieclassifier live drift --newspaper 'The Guardian' --json"),
    ],
)
@database_option
@click.option("--newspaper", default="", metavar="NAME", help="Measure this newspaper only.  [default: all of them]")
@json_lines_option
def drift(database: str | None, newspaper: str, as_json: bool) -> None:
    """Show by day how far the news is from the model's corpus."""
    from dataclasses import asdict

    if newspaper and newspaper not in {paper.name for paper in owners_newspapers()}:
        raise click.BadParameter(f"{newspaper!r} is not on the list; movieclassifier live sources shows it.")
    live = open_live(database)
    live.after_round()
    days, warnings = live.drift(newspaper)
    if not as_json:
        click.echo("day         articles  other  can't tell  unknown words  probability  right of voted")
    for day in days:
        right = f"{day.n_right} of {day.n_votes}" if day.n_votes else "-"
        click.echo(
            json.dumps(asdict(day))
            if as_json
            else f"{day.day}  {day.n:>8}  {day.other_share:>5.0%}  {day.n_untold:>10}  {day.unknown_share:>13.1%}  "
            f"{day.probability:>11.3f}  {right}"
        )
    for warning in warnings:
        click.echo(warning, err=True)


def _voted(database: str | None) -> list[tuple[str, str]]:
    """Return the texts that people voted on, and say on stderr how many count."""
    from movieclassifier.live.choosing import MIN_VOTED, read_voted

    voted = read_voted(open_owner(database).log.store.engine)
    count = "they count, too" if len(voted) >= MIN_VOTED else f"they count from {MIN_VOTED} on"
    click.echo(f"{len(voted):,} texts have accepted votes; {count}.", err=True)
    return voted
