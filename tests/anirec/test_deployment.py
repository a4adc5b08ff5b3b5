"""The files of a deployment agree with each other and with the program. Their syntax has linters of its own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from check_jsonschema.cli import main as check_jsonschema
from click.testing import CliRunner
from django.conf import settings

from anirec.start import container, environment
from anirec.start.part import COMMANDS

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"] == "anirec"}
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def schema_errors(schema: str, *paths: Path) -> str:
    result = CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, *map(str, paths)])
    return "" if result.exit_code == 0 else result.output


class TestCompose:
    def test_the_schema_accepts_it(self):
        assert schema_errors("vendor.compose-spec", ROOT / "compose.yaml") == ""

    def test_it_runs_every_part_and_migrates_first(self):
        assert sorted(OWN) == sorted([*COMMANDS, "migrate"])
        assert {name: service["command"] for name, service in OWN.items()} == {name: [name] for name in OWN}
        assert all(
            service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
            for name, service in OWN.items()
            if name != "migrate"
        )

    @pytest.mark.parametrize("name", SERVICES)
    def test_a_service_is_limited_restarted_and_checked(self, name):
        service = SERVICES[name]
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert service["logging"]["options"]["max-size"]
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert "test" in service["healthcheck"] or name == "migrate"  # which ends by itself

    @pytest.mark.parametrize("name", OWN)
    def test_a_part_has_no_privileges(self, name):
        service = OWN[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert name == "migrate" or (service["user"], service.get("cap_add")) == ("${PUID:-1000}:${PGID:-1000}", None)

    def test_only_the_proxy_is_reached_from_outside(self):
        assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
        assert {name for name, service in SERVICES.items() if "proxy" in service["networks"]} == {"proxy", "web"}
        assert {name for name in ("database", "cache") if SERVICES[name]["networks"] != ["services"]} == set()
        assert COMPOSE["networks"]["services"]["internal"] is True

    @pytest.mark.parametrize("name", SERVICES)
    def test_secrets_are_files(self, name):
        secrets = SERVICES[name].get("secrets", [])
        files = {key: value for key, value in SERVICES[name].get("environment", {}).items() if key.endswith("_FILE")}
        files.pop("AWS_SHARED_CREDENTIALS_FILE", None)  # in the volume, and only with an object storage
        assert set(files.values()) == {f"/run/secrets/{secret}" for secret in secrets}
        assert set(secrets) <= set(COMPOSE["secrets"])
        assert not {*environment.SECRETS} - {"REDIS_URL"} & set(SERVICES[name].get("environment", {}))

    def test_the_proxys_network_is_the_one_that_is_trusted(self):
        assert (
            OWN["web"]["environment"]["TRUSTED_PROXIES"] == COMPOSE["networks"]["proxy"]["ipam"]["config"][0]["subnet"]
        )

    def test_every_variable_without_a_default_is_in_the_example(self):
        used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
        assert used - {"LOG_LEVEL"} == set(
            re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE)
        )


class TestSecrets:
    def test_they_are_made_once_and_are_the_owners_alone(self, tmp_path):
        script = ["sh", str(ROOT / "deploy" / "secrets.sh"), str(tmp_path / "secrets")]
        subprocess.run(script, check=True)
        first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        subprocess.run(script, check=True)

        paths = list((tmp_path / "secrets").iterdir())
        assert {path.name: path.read_text() for path in paths} == first
        assert set(first) == set(COMPOSE["secrets"])
        assert first["database_url"] == f"postgres://anirec:{first['database_password']}@database:5432/anirec\n"
        assert len(first["secret_key"]) == 64
        assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


class TestSystemd:
    def test_a_unit_runs_each_part(self):
        started = [re.findall(r"^ExecStart=(.*)$", path.read_text(), re.MULTILINE) for path in UNITS]
        python = "/opt/anirec/.venv/bin/python"
        assert sorted(line for (line,) in started) == sorted(
            [f"{python} -m anirec.start.part {part}" for part in COMMANDS]
            + [f"{python} manage.py {' '.join(container.MANAGE['migrate'])}"]
        )

    def test_the_target_wants_them(self):
        target = (ROOT / "deploy" / "systemd" / "anirec.target").read_text()
        assert set(re.findall(r"anirec-(\w+)\.service", target)) == set(COMMANDS)

    def test_their_settings_are_read_by_the_program(self):
        read = "".join((ROOT / name).read_text() for name in ("anirec/settings.py", "anirec/start/part.py"))
        example = (ROOT / "deploy" / "systemd" / "settings.env").read_text()
        names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
        assert len(names) > 5
        assert [name for name in names if name not in read] == []


class TestWorkflows:
    def test_the_schema_accepts_them(self):
        assert len(WORKFLOWS) >= 2
        assert schema_errors("vendor.github-workflows", *WORKFLOWS) == ""

    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
    def test_they_may_do_little_and_use_pinned_actions(self, path):
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {"contents": "read"}
        uses = re.findall(r"uses: (\S+)", path.read_text())
        assert uses
        assert [use for use in uses if not re.search(r"@v\d+(\.\d+)*$", use)] == []
        assert all("timeout-minutes" in one for one in workflow["jobs"].values())


def test_the_image_holds_no_local_files():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", ".data", "secrets", ".env"} <= set(ignored)
    assert {"/secrets/", "/.env"} <= set((ROOT / ".gitignore").read_text().split())
