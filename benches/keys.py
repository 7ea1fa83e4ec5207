#!/usr/bin/env python3
"""How long a key takes to be seen, while a folder loads: the program in a terminal of 120x36.

    pip install pyte
    python3 benches/keys.py target/release/trailhound DIR

Keys scroll, filter and pivot for as long as the load goes on. For each the time is taken from its
writing to the arrival of the bytes after which what it changes stands on the screen: the cursor on
another row, the letter in the filter, the other screen's name. What a terminal needs to draw is not
in it. A move right after a filter waits for its events, as it should: it is told apart.
"""
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

COLUMNS, ROWS = 120, 36
WORDS = ["err:denied", "svc:kms", "alice", "what:Get*", "prod"]
PATIENCE = 10.0


class Program:
    """The program and its screen as lines."""

    def __init__(self, command):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.lines = [""] * ROWS
        self.heard = 0.0
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execvp(command[0], command)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, size)

    def hear(self, wait):
        """Takes what comes within a time; whether something came."""
        if not select.select([self.terminal], [], [], max(0.0, wait))[0]:
            return False
        said = os.read(self.terminal, 1 << 16)
        self.heard = time.monotonic()
        self.stream.feed(said)
        # Made once here: it costs more than the program takes for a frame.
        self.lines = self.screen.display
        return True

    def until(self, holds, seconds):
        """Hears until something holds; whether it came to."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.hear(left)
        return True


def main():
    program = Program(sys.argv[1:])
    times = {}

    def line(at):
        return program.lines[at]

    def cursor():
        rows = tuple(y for y, text in enumerate(program.lines) if "▌" in text)
        number = re.search(r"([\d,]+) of [\d,]+ ─", "".join(program.lines))
        return rows, number and number.group(1)

    def key(kind, keys, holds):
        while program.hear(0):
            pass
        if holds():
            return
        began = time.monotonic()
        os.write(program.terminal, keys.encode())
        seen = program.until(holds, PATIENCE)
        times.setdefault(kind, []).append(program.heard - began if seen else PATIENCE)
        if not seen:
            print(f"{kind} {keys!r} was not seen within {PATIENCE:.0f} s", file=sys.stderr)
        end = time.monotonic() + random.uniform(0.01, 0.05)
        program.until(lambda: time.monotonic() >= end, end - time.monotonic())

    def moved(kind, keys):
        was = cursor()
        key(kind, keys, lambda: cursor() != was)

    def open_filter():
        key("open the filter", "/", lambda: "Enter apply" in line(ROWS - 1))
        key("clear the filter", "\x15", lambda: "no filter" in line(2) or line(2)[3:8].isspace())

    def enter():
        key("Enter", "\r", lambda: "Enter apply" not in line(ROWS - 1))

    began = time.monotonic()
    program.until(lambda: cursor()[0], PATIENCE)
    rounds = 0
    while not line(ROWS - 2).startswith(" loaded"):
        for move in "jjjjjkkj":
            moved("scroll", move)
        for move in "Gg":
            moved("to the end and back", move)
        open_filter()
        word = WORDS[rounds % len(WORDS)]
        for n in range(1, len(word) + 1):
            key("letter of a filter", word[n - 1], lambda: line(2).startswith(f" / {word[:n]}"))
        enter()
        program.until(lambda: cursor()[1], PATIENCE)
        for move in "jj":
            moved("scroll, just filtered", move)
        key("pivot", "p", lambda: "[2]People" in line(0))
        key("back", "[", lambda: "[1]Timeline" in line(0))
        open_filter()
        enter()
        rounds += 1
    print(f"{line(ROWS - 2).strip()}, {rounds} rounds in {time.monotonic() - began:.1f} s")
    os.kill(program.pid, signal.SIGTERM)
    times["all keys"] = [one for some in times.values() for one in some]
    for kind, some in times.items():
        some = sorted(one * 1e3 for one in some)
        p50, p99 = (some[round(share * (len(some) - 1))] for share in (0.5, 0.99))
        print(f"{kind:24} n {len(some):5}  p50 {p50:7.1f}  p99 {p99:7.1f}  max {some[-1]:7.1f} ms")


if __name__ == "__main__":
    main()
