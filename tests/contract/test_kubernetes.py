"""The desk on Kubernetes: it builds, every container is held as tightly as in compose, and what is scaled can be."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.parsing import read_words
from shared.metric_definitions import DEFINITIONS
from shared.settings import FIELDS, NOT_SETTINGS
from tests.require import lacking

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
PARTS = {
    path: [part for part in yaml.safe_load_all(path.read_text(encoding="utf-8")) if part]
    for path in sorted(FOLDER.rglob("*.yaml"))
}
OBJECTS: list[dict[str, Any]] = [
    one for path, parts in PARTS.items() if path.name != "kustomization.yaml" for one in parts
]
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in OBJECTS if "template" in one.get("spec", {})
}
CONTAINERS = {container["name"]: container for pod in PODS.values() for container in pod["containers"]}
WORKERS = ("watch", "ingest", "normalize", "index")
OVERLAY = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: copydesk
resources: [base]
components: [redis, autoscale]
images: [{name: copydesk, newName: registry.example/copydesk, newTag: 9.9.9}]
configMapGenerator:
  - {name: copydesk, behavior: merge, literals: [COPYDESK_PUBLIC_URL=https://news.example/]}
"""

every_pod = pytest.mark.parametrize("name", sorted(PODS))
every_container = pytest.mark.parametrize("name", sorted(CONTAINERS))
every_worker = pytest.mark.parametrize("name", WORKERS)


def test_the_desk_is_complete() -> None:
    assert set(CONTAINERS) == {"web", "redis", *WORKERS}


def test_an_overlay_builds(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        lacking("kubectl", "is not on PATH")
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "kustomization.yaml").write_text(OVERLAY, encoding="utf-8")
    built = subprocess.run(["kubectl", "kustomize", str(tmp_path)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    objects = list(yaml.safe_load_all(built.stdout))
    assert {one["metadata"]["namespace"] for one in objects} == {"copydesk"}
    (normalize,) = (one for one in objects if one["kind"] == "Deployment")
    assert "replicas" not in normalize["spec"], "a scaler's figure would be reset with each apply"
    (container,) = normalize["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/copydesk:9.9.9"
    (settings,) = (one["data"] for one in objects if one["kind"] == "ConfigMap")
    assert settings["COPYDESK_PUBLIC_URL"] == "https://news.example/"
    assert {name.removeprefix("COPYDESK_").lower() for name in settings} <= set(FIELDS)


@every_pod
def test_nobody_is_root_and_nobody_knows_the_cluster(name: str) -> None:
    pod = PODS[name]
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == security["runAsGroup"] == (999 if name == "redis" else 10001)
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert all("hostPath" not in volume for volume in pod.get("volumes", ()))


@every_container
def test_no_capability_a_read_only_root_and_limits(name: str) -> None:
    container = CONTAINERS[name]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    for kind in ("requests", "limits"):
        assert set(container["resources"][kind]) == {"cpu", "memory"}
    assert {"startupProbe", "livenessProbe"} <= set(container)


@every_worker
def test_a_worker_lives_by_its_heartbeat_and_gives_running_work_back(name: str) -> None:
    container = CONTAINERS[name]
    environ = {entry["name"]: entry["value"] for entry in container["env"]}
    assert "find /tmp/heartbeat -newermt '-20 seconds'" in container["livenessProbe"]["exec"]["command"][2]
    assert (environ["COPYDESK_HEARTBEAT"], environ["REMAP_SIGTERM"]) == ("/tmp/heartbeat", "SIGQUIT")
    assert read_words(container["args"][1:]).stage == name


@every_container
def test_its_variables_are_settings(name: str) -> None:
    variables = {entry["name"] for entry in CONTAINERS[name].get("env", ()) if entry["name"].startswith("COPYDESK_")}
    assert {name.removeprefix("COPYDESK_").lower() for name in variables} <= {*FIELDS, *NOT_SETTINGS}


@every_container
def test_what_it_mounts_is_there(name: str) -> None:
    (pod,) = (pod for pod in PODS.values() if CONTAINERS[name] in pod["containers"])
    (owner,) = (one for one in OBJECTS if one.get("spec", {}).get("template", {}).get("spec") is pod)
    own = {claim["metadata"]["name"] for claim in owner["spec"].get("volumeClaimTemplates", ())}
    mounted = {mount["name"] for mount in CONTAINERS[name]["volumeMounts"]}
    assert mounted <= own | {volume["name"] for volume in pod.get("volumes", ())}
    claims = {one["metadata"]["name"] for one in OBJECTS if one["kind"] == "PersistentVolumeClaim"}
    named = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in pod.get("volumes", ())
        if "persistentVolumeClaim" in volume
    }
    assert named <= claims


def test_the_index_has_one_writer_on_a_disk_of_its_own() -> None:
    (desk,) = (one for one in OBJECTS if one["metadata"]["name"] == "desk" and one["kind"] == "StatefulSet")
    assert desk["spec"]["replicas"] == 1
    (claim,) = desk["spec"]["volumeClaimTemplates"]
    assert (claim["metadata"]["name"], claim["spec"]["accessModes"]) == ("index", ["ReadWriteOnce"])


def test_normalizing_is_scaled_by_the_age_of_its_queue() -> None:
    (scaled,) = (one for one in OBJECTS if one["kind"] == "ScaledObject")
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["metadata"]["query"] == 'max(copydesk_queue_oldest_seconds{stage="normalize"})'
    assert "copydesk_queue_oldest_seconds" in {metric.name for metric in DEFINITIONS}
    assert scaled["spec"]["scaleTargetRef"]["name"] in PODS


def test_a_pod_has_longer_to_stop_than_its_work_takes() -> None:
    assert {PODS[name]["terminationGracePeriodSeconds"] for name in ("desk", "normalize")} == {75}
