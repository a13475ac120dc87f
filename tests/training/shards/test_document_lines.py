"""Documents as lines of JSON, cut into parts."""

import pytest

from movieclassifier.training.shards.document_lines import write_parts
from tests.support.shards import documents, shards_of


def test_a_shard_yields_its_documents_alone(tmp_path):
    all_documents = documents(20)
    first, second = shards_of(tmp_path / "shards.jsonl", all_documents[:12], all_documents[12:])
    assert [tuple(document) for document in first.documents] == all_documents[:12]
    assert [tuple(document) for document in second.documents] == all_documents[12:]


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    (shard,) = shards_of(tmp_path / "shards.jsonl", documents(20))
    content = (tmp_path / "shards.jsonl").read_bytes()
    (tmp_path / "shards.jsonl").write_bytes(content[:-9])
    with pytest.raises(ValueError, match="is shorter than it was when it was written"):
        list(shard.documents)


def test_parts_hold_the_documents_in_their_order(tmp_path):
    all_documents = [*documents(9), ("\ud800 and \n", 1)]
    parts = write_parts(iter(all_documents), [0, 4, 4, 10], tmp_path)
    assert [[tuple(document) for document in part] for part in parts] == [all_documents[:4], [], all_documents[4:]]


def test_a_stream_that_ends_early_is_refused(tmp_path):
    with pytest.raises(ValueError, match="the stream ended before the 10 documents that were planned"):
        write_parts(documents(9), [0, 4, 10], tmp_path)
