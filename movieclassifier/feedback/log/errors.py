"""Errors of a request, each with its HTTP status."""

# How SQLite, PostgreSQL and the system say that a disk is full; SQLite needs room for the index of its log, too.
FULL = ("disk is full", "No space left", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


class FeedbackError(ValueError):
    """The request of a client cannot be met; the HTTP status says which kind of mistake it is."""

    status = 400


class NotFound(FeedbackError):
    """There is no such thing, or it is somebody else's, or it has expired: which of these is not told."""

    status = 404


class Conflict(FeedbackError):
    """The request contradicts what is already there."""

    status = 409


class TooMany(FeedbackError):
    """A client asked too often.

    Parameters
    ----------
    detail : str
    retry_after : int
        Seconds until it may try again.
    """

    status = 429

    def __init__(self, detail: str, retry_after: int):
        super().__init__(detail)
        self.retry_after = retry_after


class NoRoom(FeedbackError):
    """The disk of the server is nearly full."""

    status = 507
    retry_after = 600


class Unavailable(OSError):
    """The database does not answer; trying again soon makes sense."""

    status = 503
    retry_after = 5


class DiskFull(Unavailable):
    """The disk of the database has no room left, not even for a vote."""

    status = 507
    retry_after = 60


class Damaged(Unavailable):
    """The database holds something that this program did not write there; trying again changes nothing."""


class Misread(Damaged):
    """A value in the database was not written by this program. The name of the database is added where it is known.

    Parameters
    ----------
    what : str
        The value.
    """

    def __init__(self, what: str):
        super().__init__(f"the database holds {what}")
        self.what = what

    def named(self, database: str) -> Damaged:
        """Return the error that names the database."""
        return Damaged(
            f"{database} holds {self.what}; put a backup of the database back, or name a different one with --database "
            "or DATABASE_URL."
        )


def unavailable(error: BaseException) -> Unavailable:
    """Return what the driver of a database raised as an error of a database that does not answer."""
    what = " ".join(str(error).split())
    if any(sign in what for sign in FULL) or getattr(error, "sqlite_errorname", "") in FULL:
        return DiskFull("There is no room on the server's disk.")
    return Unavailable(f"the database cannot be used ({what}); look at DATABASE_URL, or try again.")
