"""One generator per format: ``iter_*`` takes a path and yields ``(text, label)``, one document at a time."""
