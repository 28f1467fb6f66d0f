"""What can be set, in one place: a flag wins over the environment, that over copydesk.toml, that over the default."""

import msgspec


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner knows of a source: the zone of dates without one, the language of its texts."""

    zone: str | None = None
    language: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default. Folders are relative to the working folder; seconds end in `_s`."""

    redis_url: str = "redis://127.0.0.1:6379/0"
    data_dir: str = "data"
    archive_dir: str | None = None
    index_dir: str | None = None
    seeds_dir: str = "seeds"
    max_input_bytes: int = 16 * 1024 * 1024
    batch_articles: int = 25
    batch_bytes: int = 4 * 1024 * 1024
    task_limit_s: int = 55
    visibility_timeout_s: int = 120
    lease_s: int = 150
    sweep_s: float = 5.0
    article_cpu_s: int = 2
    article_memory_mb: int = 1024
    max_attempts: int = 5
    normalize_processes: int | None = None
    retention_days: int = 30
    backlog_limit: int = 100_000
    memory_limit_percent: int = 80
    disk_reserve_mb: int = 256
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    embedded_memory_mb: int = 512
    feed_interval_s: int = 900
    fetch_timeout_s: int = 30
    allow_networks: tuple[str, ...] = ()
    log_level: str = "info"
    drops: dict[str, SourceSettings] = {}
