"""The compose file keeps every rule of a hardened deployment, for every service it has now or gets later."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import FIELDS, NOT_SETTINGS
from tests.require import lacking

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = ("ingest", "normalize", "index")
DELIVERERS = ("deliver", "deliver-opensearch", "deliver-postgres")
BEATING = ("watch", "notify", *DELIVERERS, *WORKERS)
OURS = ("web", *BEATING)
PROFILES = {
    "notify": ["notify"],
    "prometheus": ["monitoring"],
    "grafana": ["monitoring"],
    "deliver": ["sinks"],
    "deliver-opensearch": ["opensearch"],
    "opensearch": ["opensearch"],
    "deliver-postgres": ["postgres"],
    "postgres": ["postgres"],
}
OTHERS = {"redis", "prometheus", "grafana", "opensearch", "postgres"}
FRONT = {"web", "grafana"}
FIXED = {
    "web": {"COPYDESK_WEB_HOST", "COPYDESK_WEB_PORT"},
    "notify": {"COPYDESK_NOTIFY_FILE"},
    "deliver-opensearch": {"COPYDESK_SINKS"},
    "deliver-postgres": {"COPYDESK_SINKS"},
}
DEAR = re.compile(r"python|celery|curl|wget|copydesk")

every_service = pytest.mark.parametrize("name", sorted(SERVICES))
every_one_of_ours = pytest.mark.parametrize("name", sorted(set(SERVICES) - OTHERS))


def test_the_desk_is_complete() -> None:
    assert set(SERVICES) >= {"redis", *OURS}


@every_service
def test_nobody_is_root(name: str) -> None:
    user = SERVICES[name]["user"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "a numeric user, so that nothing must be looked up"


@every_service
def test_the_root_file_system_is_read_only_and_only_tmp_and_sockets_are_scratch(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    scratch = dict(place.split(":") for place in SERVICES[name]["tmpfs"])
    assert {"/tmp"} <= set(scratch) <= {"/tmp", "/var/run/postgresql"}
    assert all({"noexec", "nosuid", "nodev"} <= set(options.split(",")) for options in scratch.values())
    assert all("size=" in options for options in scratch.values())


@every_service
def test_no_capability_and_no_new_privilege(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    forbidden = {"cap_add", "privileged", "devices", "pid", "ipc", "network_mode", "userns_mode", "group_add"}
    assert not forbidden & set(service)


@every_service
def test_signals_arrive_and_a_stop_has_time(name: str) -> None:
    assert SERVICES[name]["init"] is True
    assert SERVICES[name]["stop_grace_period"] == "60s"
    assert isinstance(SERVICES[name]["command"], list), "exec form: a shell would swallow the signal"


@every_service
def test_memory_processor_and_processes_are_limited(name: str) -> None:
    assert {"mem_limit", "cpus", "pids_limit"} <= set(SERVICES[name])


@every_service
def test_logs_are_bounded(name: str) -> None:
    options = SERVICES[name]["logging"]["options"]
    assert options["max-size"] and int(options["max-file"]) <= 5


@every_service
def test_it_comes_back_by_itself(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


@every_service
def test_the_health_check_is_there_and_cheap(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert not DEAR.search(" ".join(check["test"])), (
        "an interpreter for each check costs half a second of processor time"
    )
    assert {"interval", "timeout", "retries", "start_period", "start_interval"} <= set(check)


@every_service
def test_it_can_be_scaled(name: str) -> None:
    assert "container_name" not in SERVICES[name]
    assert "hostname" not in SERVICES[name]
    assert name in FRONT or "ports" not in SERVICES[name], "a fixed port allows but one container"


@every_service
def test_volumes_are_named_and_the_host_lends_only_seeds_read_only(name: str) -> None:
    for volume in SERVICES[name]["volumes"]:
        source, _, rest = volume.partition(":")
        if source.startswith((".", "/", "~")):
            assert volume == "./seeds:/seeds:ro"
        else:
            assert source in COMPOSE["volumes"], rest
    assert "docker.sock" not in str(SERVICES[name])


@every_service
def test_images_are_pinned(name: str) -> None:
    image = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", SERVICES[name]["image"])
    assert re.search(r":v?\d+\.\d+(\.\d+)?$|@sha256:[0-9a-f]{64}$", image), image


@every_one_of_ours
def test_one_image_serves_all_and_only_web_builds_it(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SERVICES[name]["image"] == f"copydesk:${{DESK_TAG:-{project['version']}}}"
    assert ("build" in SERVICES[name]) == (name == "web")
    assert SERVICES[name]["pull_policy"] == ("build" if name == "web" else "never")


@every_one_of_ours
def test_it_waits_for_redis(name: str) -> None:
    assert SERVICES[name]["depends_on"]["redis"]["condition"] == "service_healthy"


@every_one_of_ours
def test_its_variables_are_settings_that_exist(name: str) -> None:
    for variable in SERVICES[name]["environment"]:
        if variable.startswith("COPYDESK_"):
            assert variable.removeprefix("COPYDESK_").lower().removesuffix("_file") in {*FIELDS, *NOT_SETTINGS}


@pytest.mark.parametrize("name", BEATING)
def test_a_worker_shows_its_heartbeat(name: str) -> None:
    heartbeat = SERVICES[name]["environment"]["COPYDESK_HEARTBEAT"]
    assert heartbeat.startswith("/tmp/")
    assert f"find {heartbeat} -newermt '-20 seconds'" in SERVICES[name]["healthcheck"]["test"][1]


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_gives_running_work_back_when_stopped(name: str) -> None:
    assert SERVICES[name]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"


def test_redis_keeps_what_it_was_given_and_refuses_when_full() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert re.search(r"--maxmemory \S", command)
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_only_the_front_door_and_grafana_are_published_and_on_loopback_by_default() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == FRONT
    for name in FRONT:
        (port,) = SERVICES[name]["ports"]
        assert re.match(r"\$\{[A-Z_]+:-127\.0\.0\.1\}:", port)


def test_redis_and_the_inner_services_have_no_way_out() -> None:
    outward = {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")}
    ways_out = {name: outward & set(service["networks"]) for name, service in SERVICES.items()}
    assert {name: ways for name, ways in ways_out.items() if ways} == {
        "ingest": {"out"}, "notify": {"out"}, "deliver": {"out"}, "web": {"front"}, "grafana": {"front"},
    }  # fmt: skip


def test_a_fresh_clone_needs_nothing_made_first() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.findall(r"\$\{\w+(?!\w|:-)[^}]*\}", text) == [], "every variable has a default"
    assert {name for name, service in SERVICES.items() if "secrets" in service} <= PROFILES.keys()
    for service in SERVICES.values():
        for entry in service.get("env_file", ()):
            assert (ROOT / entry).is_file() if isinstance(entry, str) else entry["required"] is False


@every_one_of_ours
def test_every_setting_can_be_said_in_copydesk_env(name: str) -> None:
    """What stands in `environment:` wins over any file: only what belongs to the container, or to its profile, may."""
    defaults, operators = SERVICES[name]["env_file"]
    assert (defaults, operators["path"]) == ("deploy/compose/defaults.env", "copydesk.env"), "the last one wins"
    settings = {variable for variable in SERVICES[name]["environment"] if variable.startswith("COPYDESK_")}
    assert settings <= FIXED.get(name, set()) | {"COPYDESK_HEARTBEAT"}


def test_the_defaults_of_the_containers_are_settings_and_can_be_set_in_env() -> None:
    lines = (ROOT / "deploy/compose/defaults.env").read_text(encoding="utf-8").splitlines()
    pairs = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert {name.removeprefix("COPYDESK_").lower() for name in pairs} <= set(FIELDS)
    assert pairs["COPYDESK_REDIS_URL"] == "redis://redis:6379/0"


def test_an_update_keeps_the_scale_that_stands_in_env() -> None:
    scaled = {name: service["scale"] for name, service in SERVICES.items() if "scale" in service}
    assert scaled == {name: f"${{DESK_{name.upper()}_SCALE:-1}}" for name in ("ingest", "normalize")}


def test_a_redis_of_ones_own_takes_the_place_of_the_bundled_one() -> None:
    override = yaml.safe_load((ROOT / "deploy/compose/external-redis.yml").read_text(encoding="utf-8"))["services"]
    assert override.pop("redis") == {"profiles": ["bundled-redis"]}
    assert set(override) == set(OURS)
    for service in override.values():
        assert service["depends_on"]["redis"]["required"] is False
        assert service["networks"] == ["out"]


def composed(folder: Path, *words: str) -> dict[str, Any]:
    """The project as compose reads it, with the files that an operator put into the folder."""
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    ):
        lacking("compose", "is not there")
    for name in ("docker-compose.yml", "deploy"):
        (folder / name).symlink_to(ROOT / name)
    told = subprocess.run(
        ["docker", "compose", *words, "config", "--format", "json"], cwd=folder, capture_output=True, check=True
    )
    services: dict[str, Any] = json.loads(told.stdout)["services"]
    return services


def test_compose_lets_copydesk_env_win(tmp_path: Path) -> None:
    (tmp_path / "copydesk.env").write_text("COPYDESK_REDIS_URL=redis://elsewhere:1/0\nCOPYDESK_LOG_LEVEL=debug\n")
    (tmp_path / ".env").write_text(
        "COPYDESK_LOG_LEVEL=error\nCOPYDESK_NORMALIZE_PROCESSES=7\nDESK_NORMALIZE_SCALE=3\n"
        "COMPOSE_FILE=docker-compose.yml:deploy/compose/external-redis.yml\n"
    )
    services = composed(tmp_path)
    assert "redis" not in services
    environ = services["normalize"]["environment"]
    assert environ["COPYDESK_REDIS_URL"] == "redis://elsewhere:1/0"
    assert environ["COPYDESK_LOG_LEVEL"] == "debug"
    assert environ["COPYDESK_NORMALIZE_PROCESSES"] == "7"
    assert services["normalize"]["scale"] == 3
    assert set(services["normalize"]["networks"]) == {"back", "out"}


def test_it_carries_no_address_but_its_own() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    own = {
        "http://127.0.0.1:9090",
        "http://opensearch:9200/articles",
    }  # Prometheus asks itself, the desk its own engine
    assert set(re.findall(r"https?://[^\s\"]+", text)) <= own


def test_what_not_everybody_wants_waits_for_its_profile() -> None:
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == PROFILES


def test_every_secret_and_config_that_is_mounted_is_a_file_of_the_project_or_of_the_operator() -> None:
    mounted = {entry["source"] for service in SERVICES.values() for entry in service.get("configs", ())}
    assert mounted == set(COMPOSE["configs"])
    for config in COMPOSE["configs"].values():
        assert (ROOT / config["file"]).is_file()
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])
    assert all(secret["file"].startswith("./secrets/") for secret in COMPOSE["secrets"].values())


def test_prometheus_scrapes_with_the_key_and_the_rules_that_it_is_given() -> None:
    settings = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    targets = {config["target"] for config in SERVICES["prometheus"]["configs"]}
    assert set(settings["rule_files"]) <= targets
    (job,) = settings["scrape_configs"]
    assert job["job_name"] == "copydesk"
    assert job["authorization"] == {"credentials_file": "/run/secrets/monitor_key"}
    assert SERVICES["prometheus"]["secrets"] == ["monitor_key"]


def test_grafana_finds_its_dashboard_and_its_source() -> None:
    targets = {config["source"]: Path(config["target"]) for config in SERVICES["grafana"]["configs"]}
    folder = ROOT / "deploy" / "grafana" / "provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards" / "copydesk.yml").read_text("utf-8"))["providers"]
    assert str(targets["dashboard"].parent) == provider["options"]["path"]
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"]
    assert source["type"] == "prometheus" and "//prometheus:9090" in source["url"]


@pytest.mark.parametrize("name", [*BEATING, "web", "redis"])
def test_who_is_waited_for_goes_before_who_works_off_a_backlog(name: str) -> None:
    assert SERVICES[name].get("cpu_shares", 1024) == (256 if name in BEATING else 1024)
