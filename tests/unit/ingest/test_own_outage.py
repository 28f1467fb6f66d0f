"""When nothing answers any more, no feed is to blame."""

from services.ingest.own_outage import AT_MOST_S, ENOUGH, OwnOutage


def test_several_hosts_that_fall_silent_together_are_our_own_outage_until_one_answers() -> None:
    outage = OwnOutage()
    for n in range(ENOUGH):
        assert not outage.is_ours(n)
        outage.note_silence(f"{n}.example", n)
    assert outage.is_ours(60)
    outage.note_answer()
    assert not outage.is_ours(61)


def test_one_host_with_many_feeds_is_no_outage_of_ours() -> None:
    outage = OwnOutage()
    for n in range(100):
        outage.note_silence("one.example", n)
    assert not outage.is_ours(100)


def test_what_stays_silent_counts_in_the_end() -> None:
    outage = OwnOutage()
    for n in range(ENOUGH):
        outage.note_silence(f"{n}.example", 0)
    assert not outage.is_ours(AT_MOST_S)
