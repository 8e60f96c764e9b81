"""Launchers of one user at a real X server, ended at random: its access list stays as it was."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from tests.attack.tally import Tally
from tests.e2e.desk import ENGINES, Desk, desks, ended, send

ACCESSES = ("host", "user")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL)
# How long a launcher takes, about: signals come at any moment of that.
SPAN = 0.9
# What was there before; `root` is who runs this.
BEFORE = ([], ["+local:"], ["+SI:localuser:root"], ["+SI:localuser:nobody"])


def signals(rounds: int, seed: int) -> Tally:
    """One launcher a round, and one or two signals."""
    return _attack(rounds, seed, _one)


def overlaps(rounds: int, seed: int) -> Tally:
    """Three launchers a round that overlap, with a signal to each that is not left to end."""
    return _attack(rounds, seed, _three)


def _attack(rounds: int, seed: int, round_: Callable[[Desk, random.Random], str]) -> Tally:
    failures: list[str] = []
    with desks() as desk:
        for number in range(rounds):
            chance = random.Random(f"{seed} {number}")
            grants = chance.choice(BEFORE)
            desk.display.grant(*grants)
            before = desk.listed()
            what = round_(desk, chance)
            after = desk.listed()
            if after != before:
                failures.append(f"seed {seed}, round {number}: {before} became {after}: {what}")
                for line in after:
                    desk.display.grant(f"-{line.lower() if line == 'LOCAL:' else line}")
            elif left := desk.left():
                failures.append(f"seed {seed}, round {number}: left {left}: {what}")
            desk.display.grant(*(f"-{grant[1:]}" for grant in grants))
    return Tally(rounds, failures)


def _one(desk: Desk, chance: random.Random) -> str:
    engine, access = chance.choice(ENGINES), chance.choice(ACCESSES)
    numbers = [chance.choice(SIGNALS) for _ in range(chance.choice((1, 1, 2)))]
    group = chance.random() < 0.3
    launcher = desk.start(engine, access, STAY=str(chance.choice((0, 0.2))))
    time.sleep(chance.uniform(0, SPAN))
    for number in numbers:
        send(launcher, number, group=group)
        time.sleep(chance.choice((0, 0.02)))
    said = ended([launcher])
    if signal.SIGKILL in numbers:
        # Nothing of it is left that could close the display: the next launcher does.
        said += desk.run(chance.choice(ENGINES), chance.choice(ACCESSES))[1]
    return f"{engine}, {access}, {numbers}, group {group}: {said}"


def _three(desk: Desk, chance: random.Random) -> str:
    chosen = [(chance.choice(ENGINES), chance.choice(ACCESSES)) for _ in range(3)]
    moments: list[tuple[float, int, signal.Signals | None]] = []
    killed = False
    for i in range(3):
        start = chance.uniform(0, SPAN)
        moments.append((start, i, None))
        if chance.random() < 0.7:
            number = chance.choice(SIGNALS)
            killed |= number == signal.SIGKILL
            moments.append((start + chance.uniform(0, SPAN), i, number))
    launchers = {}
    now = 0.0
    for moment, i, sent in sorted(moments, key=lambda m: m[0]):
        time.sleep(moment - now)
        now = moment
        if sent is None:
            launchers[i] = desk.start(*chosen[i], STAY=str(chance.choice((0, 0.2, 0.5))))
        else:
            send(launchers[i], sent)
    said = ended(list(launchers.values()))
    if killed:
        said += desk.run(chance.choice(ENGINES), chance.choice(ACCESSES))[1]
    return f"{chosen}, {moments}: {said}"
