"""The files under ``deploy/`` say what the program understands: variables, commands, addresses, units, containers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlparse

import psycopg
import pytest
import yaml

from jiangcheng.jobs.cli import COMMANDS
from tests import engines

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
OURS = re.compile(r"\b(?:JIANGCHENG_[A-Z_]+|DATABASE_URL|PORT)\b")


def understood() -> set[str]:
    """Variables that the program or its scripts read."""
    files = [*(ROOT / "src").rglob("*.py"), *(p for p in (ROOT / "bin").iterdir() if p.is_file())]
    return {name for path in files for name in OURS.findall(path.read_text("utf-8"))}


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_every_variable_is_one_that_the_program_reads():
    given = {line.lstrip("#").split("=")[0] for line in (DEPLOY / "settings.env").read_text().splitlines() if re.match(r"#?[A-Z_]+=", line)}
    given |= compose()["services"]["server"]["environment"].keys()
    given |= set(OURS.findall((DEPLOY / "Dockerfile").read_text()))
    assert len(given) > 8 and given <= understood()


def test_every_variable_of_an_operator_stands_in_the_run_book():
    told = set(OURS.findall((ROOT / "docs" / "run-book.md").read_text("utf-8")))
    inside = {"JIANGCHENG_TEST_BREAK", "JIANGCHENG_TEST_VAR", "JIANGCHENG_RACE_SCALE", "JIANGCHENG_CITY", "JIANGCHENG_DAY"}
    assert understood() - told - inside == set()
    assert told <= understood() | inside


@pytest.mark.parametrize("unit", UNITS, ids=lambda p: p.name)
def test_a_unit_calls_commands_that_are_there(unit):
    for program, rest in re.findall(r"(?m)^ExecStart=/opt/jiangcheng/(\S+) ?(.*)$", unit.read_text()):
        assert os.access(ROOT / program, os.X_OK)
        if program == "bin/jiangcheng":
            assert rest.split()[0] in COMMANDS
        else:
            assert program == "bin/start" and rest == "--no-demo"


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".timer"], ids=lambda p: p.name)
def test_a_timer_has_its_service(unit):
    assert unit.with_suffix(".service").is_file()


def test_systemd_understands_the_units(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd-analyze on this machine")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/jiangcheng", str(ROOT)))
    done = subprocess.run([program, "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "jiangcheng" in line]
    assert said == []


def test_containers_hold_no_password_and_need_no_privilege():
    services = compose()["services"]
    assert services.keys() == {"database", "server"}
    for service in services.values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value.startswith("${"), name
        assert not service.get("privileged") and "network_mode" not in service
    server = services["server"]
    assert "${APP_PASSWORD" in server["environment"]["DATABASE_URL"] and server["read_only"] and server["cap_drop"] == ["ALL"]
    assert server["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert all(port.startswith("127.0.0.1:") for port in server["ports"]), "TLS ends before it"
    image, version = services["database"]["image"].split(":")
    assert image == "postgres" and int(re.match(r"\d+", version)[0]) >= 15
    volumes = {v.split(":")[0] for s in services.values() for v in s["volumes"] if not v.startswith(".")}
    assert volumes == compose()["volumes"].keys()


def test_the_image_asks_for_health_where_it_is_told():
    text = (DEPLOY / "Dockerfile").read_text()
    assert "/healthz" in text and "USER jiangcheng" in text and re.search(r"(?m)^COPY requirements\.lock", text)
    for source in re.findall(r"(?m)^COPY (\S+) ", text):
        assert (ROOT / source).exists()


def test_the_user_of_the_database_owns_it_and_nothing_else(tmp_path):
    assert subprocess.run(["sh", "-n", DEPLOY / "database.sh"], check=False).returncode == 0
    if not engines.server() or shutil.which("psql") is None:
        assert "NOSUPERUSER" in (DEPLOY / "database.sh").read_text()
        return
    here = urlparse(engines.server())
    place = {"PGHOST": here.hostname, "PGPORT": str(here.port), "PGPASSWORD": here.password, "PGDATABASE": "postgres"}
    with psycopg.connect(engines.server(), autocommit=True) as admin:
        for statement in ("DROP DATABASE IF EXISTS cityname", "DROP ROLE IF EXISTS cityrole"):
            admin.execute(statement)
    script = tmp_path / "database.sh"  # the tests' own server has an administrator of the same name
    text = (DEPLOY / "database.sh").read_text().replace("ROLE jiangcheng", "ROLE cityrole")
    script.write_text(text.replace("DATABASE jiangcheng OWNER jiangcheng", "DATABASE cityname OWNER cityrole"))
    done = subprocess.run(["sh", script], env={**os.environ, **place, "POSTGRES_USER": here.username, "APP_PASSWORD": "it's 1"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(host=here.hostname, port=here.port, user="cityrole", password="it's 1", dbname="cityname") as own:
        assert own.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone() == (False,) * 3
