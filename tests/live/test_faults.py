import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.system.printable import one_line
from tests.support.command_line import run


def test_fault_is_its_sentence():
    fault = SourceFault("busy", "news.example is busy.", retry_after=60.0, status=503)
    assert str(fault) == one_line(fault) == "news.example is busy."
    assert (fault.kind, fault.retry_after, fault.status, fault.exit_status) == ("busy", 60.0, 503, 3)


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "ftp://news.example/feed"])
def test_command_ends_with_the_status_of_a_fault(url):
    result = run("live", "news", "--feed", url)
    assert result.exit_code == 3
    assert "Traceback" not in result.output
