"""The command line of `manage.py up`."""

import argparse
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from shopflow.supervisor import environment
from shopflow.supervisor.attention import Attention
from shopflow.supervisor.command import run_command
from shopflow.supervisor.environment import Ports
from shopflow.supervisor.place import forget
from shopflow.supervisor.run import Run
from shopflow.supervisor.state import State
from shopflow.supervisor.terminal import say
from shopflow.supervisor.trouble import Stopped, Trouble


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    command: Sequence[str]
    throwaway: bool
    reload: bool
    attach: bool
    forget: bool


def main(arguments: Sequence[str]) -> int:
    """Do what `manage.py up <arguments>` asks for and return the exit code."""
    options = _parse(arguments)
    state = State.chosen(os.environ)
    try:
        if options.attach and state.is_running():
            return _beside(options.command, state)
        if options.forget:
            return _forget(state)
        return _up(options, state)
    except Stopped:
        say("Everything is stopped.")
        return 0 if not options.command else 130
    except Trouble as trouble:
        say(f"\n{trouble}")
        return 1


def _parse(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Run the whole shop on this machine until Ctrl-C; or, with --exec, only its "
        "PostgreSQL and Redis for as long as a command runs.",
    )
    parser.add_argument("--reload", action="store_true", help="restart web when code changes")
    parser.add_argument(
        "--throwaway", action="store_true", help="faster servers whose data nobody will miss"
    )
    parser.add_argument(
        "--attach", action="store_true", help="with --exec: use the running shop when there is one"
    )
    parser.add_argument(
        "--exec", nargs=argparse.REMAINDER, metavar="CMD", help="the command and its arguments"
    )
    parser.add_argument("--forget", action="store_true", help="remove the state folder instead")
    found = parser.parse_args(arguments)
    if found.exec == []:
        parser.error("--exec needs a command")
    return Options(
        command=found.exec or [],
        throwaway=found.throwaway,
        reload=found.reload,
        attach=found.attach,
        forget=found.forget,
    )


def _up(options: Options, state: State) -> int:
    ports = Ports.chosen(os.environ)
    state.make()
    with ExitStack() as stack:
        attention = stack.enter_context(Attention())
        lock = stack.enter_context(state.locked(attention))
        run = Run(state, ports, attention, lock, os.environ, throwaway=options.throwaway)
        stack.enter_context(run)
        if options.command:
            return run.command(options.command)
        run.shop(reload=options.reload)
    return 0


def _forget(state: State) -> int:
    if not state.folder.exists():
        return 0
    with Attention() as attention, state.locked(attention):
        forget(state.folder)
        shutil.rmtree(state.folder)
    return 0


def _beside(command: Sequence[str], state: State) -> int:
    with Attention() as attention:
        env = {**os.environ, **environment.read(state.env_file)}
        return run_command(command, env=env, attention=attention)
