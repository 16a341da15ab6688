"""What is in the files that aren't pictures; nothing in them is random."""

import hashlib
import io
import wave
from functools import cache
from math import cos, exp, pi, sin

_SOUND_RATE = 11_025
_TURN_S = 0.7145
_CATALOGUE_BYTES = 12_000_000


@cache
def pulsar() -> bytes:
    """Returns a WAV of twelve turns of a pulsar: a low hum, and a knock for each beam."""
    samples = bytearray()
    for index in range(round(12 * _TURN_S * _SOUND_RATE)):
        second = index / _SOUND_RATE
        since = second % _TURN_S
        knock = exp(-since * 38) * sin(2 * pi * 210 * since * (1 + exp(-since * 60)))
        hum = 0.04 * sin(2 * pi * 55 * second)
        samples.append(128 + round(110 * max(-1, min(1, knock + hum))))
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(1)
        output.setframerate(_SOUND_RATE)
        output.writeframes(bytes(samples))
    return target.getvalue()


@cache
def light_curve() -> bytes:
    """Returns a table of the brightness of a double star through one turn."""
    lines = ["day,magnitude"]
    for step in range(288):
        day = step * 0.01
        phase = 2 * pi * (day / 2.867 - 0.5)
        eclipse = exp(-((day - 1.43) ** 2) / 0.012)
        lines.append(f"{day:.2f},{2.12 + 0.03 * cos(2 * phase) + 1.24 * eclipse:.3f}")
    return "\n".join([*lines, ""]).encode()


@cache
def log() -> bytes:
    """Returns a page of a log book."""
    return (
        "22:40  clear, no moon. Plate 12 in.\n"
        "23:55  a star where there was none yesterday, 3′ north of β.\n"
        "00:10  exposed again. Still there.\n"
        "00:11  told nobody. Made tea.\n"
    ).encode()


@cache
def catalogue() -> bytes:
    """Returns many bytes."""
    return hashlib.shake_128(b"all known objects").digest(_CATALOGUE_BYTES)
