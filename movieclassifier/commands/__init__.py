"""One click command per file; :mod:`movieclassifier.cli` imports each when it is called."""
