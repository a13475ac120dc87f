"""Pages to show: a training run's report and a comparison, each one file that needs no network."""

# What draws the pictures of a report.
DRAWN_BY = ("matplotlib", "wordcloud")
