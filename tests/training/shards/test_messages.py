"""What travels between driver and workers: documents in lines, and settings."""

import pytest

from tests.support.shards import documents, settings_of, shards_of


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


@pytest.mark.parametrize(("classes", "positions"), [((0, 1), (1,)), (("a", "b", "c"), (0, 1, 2))])
def test_two_classes_share_a_row_of_weights(classes, positions, tmp_path):
    assert settings_of(tmp_path, classes=classes).positions == positions
