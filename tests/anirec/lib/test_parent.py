"""A process ends when its parent is gone."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

CHILD = """
import os, signal, subprocess, sys, time
from anirec.lib import parent
if {group}:
    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as a worker that waits for its tasks
    parent.exit_with_parent(os.getppid())
else:
    parent.exit_at_once_with_parent()
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) if {group} else None
print(os.getpid(), own.pid if own else "", flush=True)
time.sleep(60)
"""
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]])
sys.stdin.read()
"""


def start(group):
    command = [sys.executable, "-c", PARENT, CHILD.format(group=group)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("group", [True, False])
def test_it_ends_with_all_that_it_has_started(group):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(group=group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    processes = [psutil.Process(pid) for pid in pids]

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    _, alive = psutil.wait_procs(processes, timeout=5)
    assert alive == []


def test_it_lives_while_its_parent_does():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(group=False)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = psutil.Process(int(parent.stdout.readline()))
    time.sleep(1)
    assert child.is_running()
    child.kill()
    parent.communicate(timeout=10)
