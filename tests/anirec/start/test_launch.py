import os
import socket
import subprocess
import sys

import pytest

from anirec.start.embedded import BASE_DIR


def launch(port: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anirec.start.launch"]
    return subprocess.run(
        command, cwd=BASE_DIR, env={**os.environ, "PORT": port}, capture_output=True, text=True, timeout=60
    )


def test_a_taken_port_ends_the_start_with_one_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        ended = launch(str(port))

    assert ended.stderr == f"anirec: port {port} is in use; `make run PORT={port + 1}` takes another one.\n"
    assert (ended.stdout, ended.returncode) == ("", 1)


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(port):
    ended = launch(port)

    assert ended.stderr == f"anirec: PORT must be a number between 1 and 65535, not {port!r}.\n"
    assert (ended.stdout, ended.returncode) == ("", 1)
