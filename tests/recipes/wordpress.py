"""A WordPress of a test's own: Debian's package, a MariaDB behind a socket, PHP's own server on loopback."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import wait_for
from tests.machine import free_port
from tests.require import lacking

PACKAGE = Path("/usr/share/wordpress")
PLUGIN = Path(__file__).parents[2] / "deploy" / "wordpress" / "copydesk.php"
CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_CHARSET', 'utf8mb4');
define('DB_HOST', 'localhost:{socket}'); define('DB_COLLATE', '');
define('WP_HOME', '{home}'); define('WP_SITEURL', '{home}');
define('COPYDESK_URL', '{desk}'); define('COPYDESK_KEY', '{key}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', '{log}');
foreach (['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT',
  'NONCE_SALT'] as $name) define($name, $name);
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """define('WP_INSTALLING', true); require 'wp-load.php'; require 'wp-admin/includes/upgrade.php';
wp_install('The Hue Daily', 'editor', 'editor@news.example', true, '', 'secret');
update_option('timezone_string', 'Asia/Ho_Chi_Minh');
update_option('permalink_structure', '/%postname%/'); flush_rewrite_rules();"""
COUNT_PENDING = """global $wpdb;
echo $wpdb->get_var("SELECT COUNT(*) FROM wp_options WHERE option_name LIKE 'copydesk_pending%'");"""
END_PAUSES = """global $wpdb;
foreach ($wpdb->get_results("SELECT * FROM wp_options WHERE option_name LIKE 'copydesk_pending%'") as $row) {
  $value = json_encode(['due' => 0] + json_decode($row->option_value, true));
  $wpdb->update('wp_options', ['option_value' => $value], ['option_id' => $row->option_id]);
}"""
LOAD = "$_SERVER['HTTP_HOST'] = '127.0.0.1'; require 'wp-load.php'; "


def look_for_wordpress() -> None:
    """Skip where it is not asked for, or not all there."""
    if not os.environ.get("COPYDESK_RECIPES"):
        lacking("wordpress", "is not asked for: `make recipes` runs it")
    for command in ("php", "mariadbd", "mariadb-install-db"):
        if shutil.which(command) is None:
            lacking("wordpress", f"needs {command}, which is not on PATH")
    if not (PACKAGE / "wp-load.php").is_file():
        lacking("wordpress", "is not installed (Debian: wordpress, mariadb-server, php-cli, php-mysql, php-xml)")


class WordPress:
    """The site and its database; `run` carries out PHP in it, as wp-cli does."""

    def __init__(self, folder: Path, desk: str, key: str) -> None:
        self.folder = folder / "site"
        self.log = folder / "debug.log"
        self._database = folder / "db"
        self._socket = folder / "db.sock"
        self.port = free_port()
        self.home = f"http://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []
        shutil.copytree(PACKAGE, self.folder, ignore_dangling_symlinks=True)
        extras = self.folder / "wp-content" / "mu-plugins"
        extras.mkdir(parents=True)
        shutil.copy(PLUGIN, extras)
        self.use_desk(desk, key)

    def use_desk(self, desk: str, key: str) -> None:
        """Say in its configuration where the desk is."""
        said = CONFIG.format(socket=self._socket, home=self.home, desk=desk, key=key, log=self.log)
        (self.folder / "wp-config.php").write_text(said, encoding="utf-8")

    def start(self) -> None:
        user = f"--user={getpass.getuser()}"  # the socket's folder is ours alone
        made = ["mariadb-install-db", "--no-defaults", user, f"--datadir={self._database}", "--skip-test-db"]
        subprocess.run([*made, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        self._spawn("mariadbd", "--no-defaults", user, f"--datadir={self._database}", f"--socket={self._socket}",
                    "--skip-networking", "--skip-grant-tables", "--innodb-flush-log-at-trx-commit=2")  # fmt: skip
        wait_for(self._socket.exists, "MariaDB did not open", process=self._processes[-1])
        create = "$db = new mysqli('localhost', 'root', '', '', 0, $argv[1]); $db->query('CREATE DATABASE wp');"
        subprocess.run(["php", "-r", create, str(self._socket)], check=True)
        self.run(INSTALL, loads=False)
        self._spawn("php", "-S", f"127.0.0.1:{self.port}", "-t", str(self.folder))

    def run(self, code: str, *, loads: bool = True) -> str:
        """What PHP prints that runs in the site, from the first line to the end of the request."""
        begin = LOAD if loads else "$_SERVER['HTTP_HOST'] = '127.0.0.1'; "
        done = subprocess.run(["php", "-r", begin + code], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pending(self) -> int:
        """How many posts wait to be sent."""
        return int(self.run(COUNT_PENDING))

    def end_pauses(self) -> None:
        """As if the time had come to try again what was not taken."""
        self.run(END_PAUSES)

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(30)

    def _spawn(self, *command: str) -> None:
        with (self.folder.parent / f"{command[0]}.log").open("ab") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log))
