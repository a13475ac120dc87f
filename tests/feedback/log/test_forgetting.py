import pytest

from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.forgetting import forget
from tests.support.services import ADA, BOB, TEXTS, close_services, contradict, open_service, write_model


@pytest.fixture
def service(database_url, tmp_path):
    yield open_service(database_url, write_model(tmp_path / "model" / "classifier.npz"))
    close_services()


def test_texts_without_a_vote_are_deleted_and_the_rest_belong_to_nobody(service):
    open_ones = [service.classify(text, ADA).id for text in TEXTS[:3]]
    voted, _ = contradict(service, TEXTS[3])
    other = service.classify(TEXTS[4], BOB).id
    assert forget(service.log.store.engine, ADA.owner) == (3, 1)
    for id in (*open_ones, voted.id):
        with pytest.raises(NotFound):
            service.get(id, ADA)
    assert service.get(other, BOB).text == TEXTS[4]
    assert service.stats().n_votes == 1


def test_the_log_is_replayed_the_same_without_its_owners(service):
    contradict(service, TEXTS[0])
    with service.model() as classifier:
        before = classifier.weights_sha256()
    forget(service.log.store.engine, ADA.owner)
    service.log.served.forget()
    with service.model() as classifier:
        assert classifier.weights_sha256() == before


def test_one_text_is_deleted_by_its_id_and_only_by_its_owner(service):
    first, second = (service.classify(text, ADA).id for text in TEXTS[:2])
    assert forget(service.log.store.engine, BOB.owner, [first]) == (0, 0)
    assert forget(service.log.store.engine, ADA.owner, [first]) == (1, 0)
    assert [prediction.id for prediction in service.history(ADA)] == [second]
