"""Faults of a source, in a sentence for the page and for the command line."""


class SourceFault(OSError):
    """A source could not be read.

    Parameters
    ----------
    kind : str
        One word, such as "gone", "busy", "refused", "unreachable", "too large", "not a feed".
    sentence : str
        What happened and what helps, for people.
    retry_after : float, optional
        Seconds until the source wants to be asked again.
    status : int, optional
        Of HTTP, where the source answered with one that is a fault.
    """

    exit_status = 3  # nothing is wrong with the command

    def __init__(self, kind: str, sentence: str, retry_after: float | None = None, status: int | None = None):
        super().__init__(sentence)
        self.kind, self.sentence, self.retry_after, self.status = kind, sentence, retry_after, status

    def __str__(self) -> str:
        return self.sentence
