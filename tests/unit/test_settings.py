"""Flag, environment, file, default; and a clear word about each mistake."""

from pathlib import Path

import pytest

from services.index.engines import open_index
from shared.errors import PermanentError
from shared.setting_errors import SettingError
from shared.settings import FIELDS, Settings, as_environment, load, without_password
from shared.source_settings import SourceSettings


def write(folder: Path, text: str) -> Path:
    path = folder / "copydesk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(tmp_path: Path) -> None:
    write(tmp_path, 'web_port = 1001\nweb_host = "127.0.0.2"\nlog_level = "debug"\n')
    environ = {"COPYDESK_WEB_PORT": "1002", "COPYDESK_WEB_HOST": "127.0.0.3", "PATH": "/bin"}
    loaded = load({"web_port": "1003"}, environ, tmp_path)
    settings, origins = loaded.settings, loaded.origins
    assert (settings.web_port, origins["web_port"]) == (1003, "flag")
    assert (settings.web_host, origins["web_host"]) == ("127.0.0.3", "environment COPYDESK_WEB_HOST")
    assert (settings.log_level, origins["log_level"]) == ("debug", "file copydesk.toml")
    assert (settings.lease_s, origins["lease_s"]) == (Settings().lease_s, "default")
    assert set(origins) == set(Settings.__struct_fields__)


def test_folders_follow_the_data_folder(tmp_path: Path) -> None:
    settings = load({"data_dir": "elsewhere", "index_dir": "fast"}, {}, tmp_path).settings
    assert (settings.archive_dir, settings.index_dir) == ("elsewhere/archive", "fast")


def test_a_secret_is_read_from_the_file_its_variable_names(tmp_path: Path) -> None:
    secret = tmp_path / "redis"
    secret.write_text("redis://:pass@redis:6379/0\n", encoding="utf-8")
    loaded = load({}, {"COPYDESK_REDIS_URL_FILE": str(secret)}, tmp_path)
    assert loaded.settings.redis_url == "redis://:pass@redis:6379/0"
    assert loaded.origins["redis_url"] == "environment COPYDESK_REDIS_URL_FILE"


def test_text_becomes_the_type_of_its_setting(tmp_path: Path) -> None:
    environ = {"COPYDESK_SWEEP_S": "0.5", "COPYDESK_ALLOW_NETWORKS": "10.0.0.0/8, fd00::/8"}
    environ |= {"COPYDESK_DROPS_SCAN_S": "2.5", "COPYDESK_DROPS_IGNORE": "*.bak sent/*"}
    settings = load({"normalize_processes": "3"}, environ, tmp_path).settings
    assert settings.sweep_s == 0.5
    assert (settings.drops_scan_s, settings.drops_ignore) == (2.5, ("*.bak", "sent/*"))
    assert settings.allow_networks == ("10.0.0.0/8", "fd00::/8")
    assert settings.normalize_processes == 3


def test_drops_are_tables_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, '[drops.""]\nlanguage = "en"\n[drops."/tth/thoi-su/"]\nzone = "Asia/Ho_Chi_Minh"\n')
    drops = load({}, {}, tmp_path).settings.drops
    assert drops == {
        "": SourceSettings(language="en"),
        "tth/thoi-su": SourceSettings(zone="Asia/Ho_Chi_Minh"),
    }


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    environ = {"COPYDESK_WEB_PORT": "", "COPYDESK_REDIS_URL_FILE": ""}
    assert load({}, environ, tmp_path).settings.web_port == 8080


def test_what_is_no_setting_may_stand_in_the_environment(tmp_path: Path) -> None:
    environ = dict.fromkeys(["COPYDESK_REQUIRE", "COPYDESK_KEY", "COPYDESK_URL", "COPYDESK_DEBUG"], "x")
    assert load({}, environ, tmp_path).settings.web_port == 8080


def test_the_file_can_lie_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    path.write_text("web_port = 99", encoding="utf-8")
    loaded = load({}, {"COPYDESK_CONFIG": str(path)}, tmp_path / "nowhere")
    assert (loaded.settings.web_port, loaded.origins["web_port"]) == (99, "file desk.toml")


@pytest.mark.parametrize(
    ("file", "environ", "flags", "said"),
    [
        pytest.param("web_prot = 1", {}, {}, "unknown key 'web_prot'; did you mean web_port?", id="key"),
        pytest.param(
            "", {"COPYDESK_WEB_PROT": "1"}, {}, "COPYDESK_WEB_PROT; did you mean COPYDESK_WEB_PORT?", id="variable"
        ),
        pytest.param(
            "",
            {"COPYDESK_REDIS_URI_FILE": "x"},
            {},
            "unknown variable COPYDESK_REDIS_URI_FILE",
            id="variable of a file",
        ),
        pytest.param("", {}, {"web_prot": "1"}, "'web_prot'; did you mean web_port?", id="flag"),
        pytest.param(
            'web_port = "80"', {}, {}, "copydesk.toml: web_port must be a port from 1 to 65535, not '80'", id="type"
        ),
        pytest.param("", {"COPYDESK_WEB_PORT": "99999"}, {}, "COPYDESK_WEB_PORT must be a port", id="range"),
        pytest.param("", {"COPYDESK_SWEEP_S": "soon"}, {}, "COPYDESK_SWEEP_S must be a number of seconds", id="number"),
        pytest.param("", {"COPYDESK_LOG_LEVEL": "loud"}, {}, "debug, info, warning or error", id="choice"),
        pytest.param("", {"COPYDESK_DROPS": "x"}, {}, "set in copydesk.toml only", id="drops in the environment"),
        pytest.param("web_port = ", {}, {}, "copydesk.toml is no valid TOML", id="syntax"),
        pytest.param("drops_scan_s = 0", {}, {}, "drops_scan_s must be a number of seconds above 0", id="scan"),
        pytest.param('drops_ignore = "*.bak"', {}, {}, "drops_ignore must be a list of texts", id="patterns"),
        pytest.param("drops = 1", {}, {}, "drops must be tables", id="drops"),
        pytest.param('[drops."../x"]\n', {}, {}, "must be a folder below seeds_dir", id="drop outside"),
        pytest.param('[drops."x"]\nzona = "UTC"', {}, {}, "unknown key 'zona'; did you mean zone?", id="drop's key"),
        pytest.param('[drops."x"]\nzone = "Asia/Ho_Chi_Min"', {}, {}, "did you mean Asia/Ho_Chi_Minh?", id="zone"),
        pytest.param('[drops."x"]\nlanguage = "tiếng Việt"', {}, {}, "a tag such as vi", id="language"),
        pytest.param(
            "",
            {"COPYDESK_ALLOW_NETWORKS": "10.0.0.0/8 foo"},
            {},
            "allow_networks: 'foo' is no network such as 10.1.0.0/16 or 127.0.0.1:8080 "
            "(environment COPYDESK_ALLOW_NETWORKS)",
            id="network",
        ),
        pytest.param('allow_networks = ["10.0.0.1/8"]', {}, {}, "(file copydesk.toml)", id="network of a host"),
        pytest.param("", {"COPYDESK_REDIS_URL": "http://x"}, {}, "must begin with redis://", id="scheme"),
        pytest.param("", {"COPYDESK_REDIS_URL": "redis://x:many/0"}, {}, "must name a host", id="port of Redis"),
        pytest.param("", {"COPYDESK_REDIS_URL": "redis:///0"}, {}, "must name a host", id="host of Redis"),
        pytest.param(
            "", {"COPYDESK_REDIS_URL_FILE": "/no/such"}, {}, "which cannot be read: No such file", id="secret"
        ),
        pytest.param(
            "",
            {"COPYDESK_WEB_PORT": "80", "COPYDESK_WEB_PORT_FILE": "/x"},
            {},
            "COPYDESK_WEB_PORT and COPYDESK_WEB_PORT_FILE both set web_port",
            id="set twice",
        ),
        pytest.param(
            "lease_s = 100",
            {},
            {},
            "visibility_timeout_s (120, default) must be below lease_s (100, file copydesk.toml)",
            id="lease",
        ),
        pytest.param(
            "", {}, {"task_limit_s": "60"}, "twice task_limit_s (60, flag) must be below visibility", id="task limit"
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, file: str, environ: dict[str, str], flags: dict[str, str], said: str
) -> None:
    write(tmp_path, file)
    with pytest.raises(SettingError) as caught:
        load(flags, environ, tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("variable", ["COPYDESK_NOSUCH", "COPYDESK_X", "COPYDESK_PROXY"])
def test_only_what_is_near_is_suggested(tmp_path: Path, variable: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({}, {variable: "1"}, tmp_path)
    assert str(caught.value) == f"unknown variable {variable}"


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    assert without_password("redis://desk:s3cret@redis:6379/0") == "redis://desk:***@redis:6379/0"
    assert without_password("redis://redis:6379/0") == "redis://redis:6379/0"
    with pytest.raises(SettingError) as caught:
        load({"redis_url": "http://:s3cret@x"}, {}, tmp_path)
    assert "s3cret" not in str(caught.value)


def test_flags_reach_a_child_process_as_variables(tmp_path: Path) -> None:
    flags = {"web_port": "8181", "seeds_dir": "in"}
    assert load({}, as_environment(flags), tmp_path).settings == load(flags, {}, tmp_path).settings


def test_no_two_variables_can_be_mistaken_for_each_other() -> None:
    assert not {f"{name}_file" for name in FIELDS} & set(FIELDS)


def test_memory_that_no_reader_can_start_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="must be a whole number of 256 or more, not '64'"):
        load({}, {"COPYDESK_ARTICLE_MEMORY_MB": "64"}, tmp_path)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param('search_sink = "search"', "must be one of the sinks: there is none", id="no sink at all"),
        pytest.param(
            'search_sink = "serach"\n[sinks.search]\nurl = "opensearch+http://engine:9200/articles"',
            "serach.* must be one of the sinks: search",
            id="another name",
        ),
        pytest.param(
            'search_sink = "search"\n[sinks.search]\nurl = "opensearch+http://engine:9200/articles"\n'
            'sources = ["push:*"]',
            "must get all articles",
            id="what it lacks would never be found",
        ),
    ],
)
def test_searches_are_asked_of_a_sink_that_gets_everything(tmp_path: Path, text: str, wrong: str) -> None:
    write(tmp_path, text)
    with pytest.raises(SettingError, match=wrong):
        load({}, {}, tmp_path)


def test_a_sink_that_answers_no_searches_is_named(tmp_path: Path) -> None:
    write(tmp_path, f'search_sink = "days"\n[sinks.days]\nurl = "files://{tmp_path}/out"')
    with pytest.raises(PermanentError, match="days, whose kind files answers no searches: opensearch does"):
        open_index(load({}, {}, tmp_path).settings)
