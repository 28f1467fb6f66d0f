"""Composition root of the front door: settings -> ledger, archive, intake, index, keys -> the server."""

import signal
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

from services.index.changes import list_changes
from services.index.engines import open_index
from services.index.feed_page import read_feed
from services.index.stories.keeper import Stories
from services.ingest.feed_states import FeedStates
from services.ingest.intake import Intake, open_archive, open_pictures
from services.ingest.page_visits import PageVisits
from services.ingest.pings import FeedPings
from services.ingest.subscriptions import Subscriptions
from services.web.answers import AnswerStore
from services.web.change_hub import ChangeHub
from services.web.connections import Descriptors
from services.web.desk import WholeDesk
from services.web.first_run import FirstRun
from services.web.fuse import Fuses
from services.web.keys import SETUP_FILE, Keys, open_keys
from services.web.listing import list_articles
from services.web.nameless import NamelessIntake
from services.web.names import Names, search
from services.web.oidc.setup import open_login, setup_of
from services.web.quota import Quota
from services.web.readiness import Readiness, folder_probe, redis_probe
from services.web.reading import open_reading_room
from services.web.request_body import BATCHES_ON_DISK, BodyRoom
from services.web.routes import front_door
from services.web.server import Server, listen
from services.web.sessions import Sessions
from services.web.state import AppState
from services.web.whose import whose_by
from shared.archive import Archive
from shared.audit import AuditLog
from shared.ledger.calls import Ledger
from shared.ledger.events import EventStream
from shared.ledger.overview import Watchman
from shared.metrics import Meters
from shared.scheduling import answer_soon
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from shared.work.liveness import WorkerRecord

log = structlog.get_logger(__name__)


def serve(settings: Settings) -> None:
    """Stand at the door until SIGTERM or Ctrl-C."""
    answer_soon()
    archive = open_archive(settings)
    app_state = open_state(settings, archive)
    app_state.keys.begin()
    app_state.pictures.sweep()
    descriptors = Descriptors.raised(settings.web_connections)
    app_state.room.most_files = descriptors.for_bodies
    listener = listen(settings.web_host, settings.web_port)
    door = Server(front_door(app_state), app_state, descriptors.for_connections)

    def end(number: int, frame: FrameType | None) -> None:
        door.should_exit = True

    # Uvicorn puts its own in their place, and calls these when it has stopped: ending must not end in a signal's death.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    host, port = settings.web_host, listener.getsockname()[1]
    log.info("door_opened", host=host, port=port, connections=descriptors.for_connections)
    record = open_record(settings, archive, app_state)
    record.start()
    try:
        door.run(sockets=[listener])
    finally:
        record.stop()
        archive.close()
        log.info("door_closed")


def open_state(settings: Settings, archive: Archive) -> AppState:
    """The parts of one desk, as the settings name them; nothing is asked of Redis yet."""
    ledger = open_ledger(settings)
    watchman = Watchman(ledger, settings, check_room=ledger.check_room)
    keys, index = open_keys(settings), open_index(settings)
    return AppState(
        settings=settings,
        keys=keys,
        intake=NamelessIntake(Intake(ledger, archive, settings), index),
        ledger=ledger,
        look=watchman.look,
        index=index,
        list_articles=partial(list_articles, ledger, index, names=Names(settings, index, ledger, keys)),
        list_changes=partial(list_changes, index),
        read_feed=partial(read_feed, index),
        stories=Stories(settings.stories_file),
        search=partial(search, Names(settings, index, None, keys), index),
        changes=ChangeHub(EventStream(ledger.client, whose_by(index, ledger))),
        sessions=Sessions(ledger.client, keys, setup_of(settings)),
        oidc=open_login(settings, ledger.client),
        first_run=FirstRun(Path(settings.data_dir, SETUP_FILE), keys, AuditLog(settings.audit_folder)),
        desk=WholeDesk(settings, ledger, archive, index, keys),
        meters=Meters(watchman.look),
        ask_visit=PageVisits(ledger.client).ask,
        ping=FeedPings(Subscriptions(settings), FeedStates(ledger.client)).ping,
        reading=open_reading_room(settings),
        pictures=open_pictures(settings),
        fuses=Fuses(ledger.client, settings),
        answers=AnswerStore(ledger.client),
        readiness=_readiness(settings, ledger, archive, keys),
        room=BodyRoom(folder=Path(settings.data_dir), stall_s=settings.push_stall_s),
        quota=Quota(settings.push_rate),
        batch_room=BodyRoom(BATCHES_ON_DISK, stall_s=settings.push_stall_s),
    )


def open_record(settings: Settings, archive: Archive, app_state: AppState) -> WorkerRecord:
    """What the front door says of itself, of what keeps it from taking in, and of the engine of its searches."""
    return WorkerRecord(
        settings,
        "web",
        folders=(archive.folder,),
        probes=(archive.check_writable, app_state.keys.check_readable),
        check_search=app_state.index.check_engine,
    )


def _readiness(settings: Settings, ledger: Ledger, archive: Archive, keys: Keys) -> Readiness:
    archive_probe = folder_probe(archive.folder, settings.disk_reserve_mb * 1024 * 1024)
    return Readiness((redis_probe(ledger.client), archive_probe, ledger.check_room, keys.check_known))
