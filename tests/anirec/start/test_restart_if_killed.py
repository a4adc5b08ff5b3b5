"""Killed processes are restarted; processes that exit print the reason and stay stopped."""

import os
import signal
import subprocess
import time

import pytest

from anirec.start.embedded import BASE_DIR


def again(script: str, folder) -> subprocess.Popen[str]:
    command = ["sh", str(BASE_DIR / "anirec" / "start" / "restart_if_killed.sh"), "sh", "-c", script]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_what_was_killed_is_started_again(tmp_path):
    ran = again("echo ran >> runs; test $(wc -l < runs) -ge 2 || kill -9 $$", tmp_path)

    _, said = ran.communicate(timeout=10)

    assert (tmp_path / "runs").read_text() == "ran\nran\n"
    assert (said.splitlines()[-1], ran.returncode) == ("sh was killed; it is started again.", 0)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_what_ends_by_itself_stays_ended(tmp_path, code):
    ran = again(f"echo ran >> runs; exit {code}", tmp_path)

    assert (ran.wait(10), (tmp_path / "runs").read_text()) == (code, "ran\n")


def test_told_to_stop_it_waits_for_the_process_and_starts_it_no_more(tmp_path):
    ran = again("trap 'sleep 0.3; echo ended > last; exit 143' TERM; echo ran >> runs; sleep 5 & wait", tmp_path)
    while not (tmp_path / "runs").exists():
        time.sleep(0.02)

    os.killpg(ran.pid, signal.SIGTERM)

    assert (ran.wait(10), (tmp_path / "last").read_text(), (tmp_path / "runs").read_text()) == (0, "ended\n", "ran\n")
