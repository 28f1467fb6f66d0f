"""Celery as the courier: one app a service, and the envelopes of the queues."""

import os
import secrets
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from shared.envelope import VERSION, Stage
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect, sentinel_options, tcp_options
from shared.ledger.reader import STAGES
from shared.redis_url import Sentinels, read_sentinels
from shared.settings import Settings

if TYPE_CHECKING:
    from celery import Celery
else:
    Celery = Any  # loaded with the first app: whoever may open a ledger is not always one who does

INGEST = "ingest"
WAIT_S = 5


def task_name(queue: str) -> str:
    """The name of a queue's only task."""
    return f"copydesk.{queue}"


def make_app(settings: Settings, name: str, *, idle_wait_s: float = WAIT_S) -> Celery:
    """A Celery app with the settings that were measured to lose least and stop fastest (docs/decisions/0002).

    An idle worker asks for messages once in `idle_wait_s`.
    """
    sentinels = read_sentinels(settings.redis_url)
    broker = _broker(settings.redis_url, sentinels)
    app: Celery = import_module("celery").Celery(f"copydesk.{name}", broker=broker, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=name,
        task_create_missing_queues=True,
        task_time_limit=settings.task_limit_s,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=settings.soft_stop_s,
        worker_max_tasks_per_child=2000,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        # Its connection is what tells the loop that Redis has gone while all hands are full and nothing else is read.
        worker_enable_remote_control=True,
        task_send_sent_event=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_consumer="shared.work.worker:DeskConsumer",
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(settings, sentinels, idle_wait_s),
        task_publish_retry_policy={"max_retries": 10, "interval_max": 2},
    )
    if sentinels is not None and sentinels.ssl is not None:
        app.conf.broker_use_ssl = {"ssl_cert_reqs": "required", **sentinels.ssl}
    return app


def envelopes(app: Celery) -> Mapping[Stage, str]:
    """For each stage the bell as kombu would send it, with @ID@ where the ledger writes."""
    return {stage: _envelope(app, stage) for stage in STAGES}


def open_ledger(settings: Settings, boot: str = "") -> Ledger:
    """A ledger that can also ring: for every process that takes in, works or replays. A worker names its start."""
    return Ledger(connect(settings), settings, envelopes(make_app(settings, "courier")), boot=boot)


def end_waiting(app: Celery, client: Any) -> None:
    """End the app's wait for messages: kombu closes a connection only after the answer to what it asked."""
    mine = app.conf.broker_transport_options["client_name"]
    for connection in client.client_list():
        if connection["name"] == mine and connection["cmd"] == "brpop":
            client.client_unblock(connection["id"])


def _broker(url: str, sentinels: Sentinels | None) -> str:
    """The address as kombu takes it: of Sentinels one each, parted by semicolons."""
    if sentinels is None:
        return url.replace("unix://", "redis+socket://", 1)
    login = ":".join(quote(word or "", safe="") for word in (sentinels.username, sentinels.password))
    login = f"{login}@" if sentinels.password else ""
    places = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in sentinels.hosts)
    return ";".join(f"sentinel://{login}{place}/{sentinels.database}" for place in places)


def _transport_options(settings: Settings, sentinels: Sentinels | None, idle_wait_s: float) -> dict[str, Any]:
    options: dict[str, Any] = {
        "visibility_timeout": settings.visibility_timeout_s,
        "unacked_restore_interval": max(1, min(10, settings.visibility_timeout_s // 4)),
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "health_check_interval": 10,
        "retry_on_timeout": False,
        "body_encoding": "utf-8",
        # What comes meanwhile wakes it at once; so does its end (`end_waiting`).
        "polling_interval": idle_wait_s,
        "priority_steps": [0],
        "client_name": f"copydesk-{secrets.token_hex(6)}",
    }
    if not settings.redis_url.startswith("unix:"):
        options |= tcp_options()
    if sentinels is not None:
        options |= {"master_name": sentinels.name, "sentinel_kwargs": sentinel_options(sentinels)}
    return options


def _envelope(app: Celery, stage: Stage) -> str:
    nothing: dict[str, None] = dict.fromkeys(("callbacks", "errbacks", "chain", "chord"))
    body: tuple[list[int], dict[str, Any], dict[str, None]] = ([VERSION], {}, nothing)
    message = app.amqp.as_task_v2("@ID@", task_name(stage), args=(), argsrepr="bell", kwargsrepr="{}", root_id="@ID@")
    channel_class = import_module("kombu.transport.virtual").Channel
    channel = channel_class.__new__(channel_class)  # only its message layout is wanted: no connection, no consumer
    whole = channel.prepare_message(
        msgspec.json.encode(body).decode(),
        content_type="application/json",
        content_encoding="utf-8",
        headers=message.headers | {"origin": f"copydesk@{os.uname().nodename}", "ignore_result": True},
        properties=message.properties | {"delivery_mode": 2},
    )
    whole["properties"] |= {
        "body_encoding": "utf-8",
        "delivery_tag": "@ID@",
        "delivery_info": {"exchange": "", "routing_key": stage},
    }
    return msgspec.json.encode(whole).decode()
