"""A WAV of half a minute (RIFF, PCM, 16 bits, mono): Beethoven's theme, on a plucked string."""

import io
import sys
import wave
from array import array
from functools import cache
from math import exp, pi, sin

_RATE = 22_050
_BEAT_S = 0.46
# Half tones above C4, with beats: the Ode to Joy, whose four lines take 64 beats.
_LINE = ((4, 1), (4, 1), (5, 1), (7, 1), (7, 1), (5, 1), (4, 1), (2, 1), (0, 1), (0, 1), (2, 1),
         (4, 1))  # fmt: skip
_OPEN = ((4, 1.5), (2, 0.5), (2, 2))
_CLOSED = ((2, 1.5), (0, 0.5), (0, 2))
_BRIDGE = ((2, 1), (2, 1), (4, 1), (0, 1), (2, 1), (4, 0.5), (5, 0.5), (4, 1), (0, 1), (2, 1),
           (4, 0.5), (5, 0.5), (4, 1), (2, 1), (0, 1), (2, 1), (-5, 2))  # fmt: skip
_MELODY = (*_LINE, *_OPEN, *_LINE, *_CLOSED, *_BRIDGE, *_LINE, *_CLOSED)


@cache
def melody() -> bytes:
    """Returns the sound; a bass note accompanies each bar."""
    beats = sum(length for _, length in _MELODY)
    mixed = array("h", bytes(2 * round((beats + 2) * _BEAT_S * _RATE)))
    start = 0.0
    for tone, length in _MELODY:
        _add(mixed, start, _note(tone, length + 0.6, 8000))
        start += length
    for bar in range(int(beats) // 4):
        _add(mixed, bar * 4, _note(-12 if bar % 4 != 1 else -17, 4, 6000))
    if sys.byteorder == "big":
        mixed.byteswap()
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(_RATE)
        output.writeframes(mixed.tobytes())
    return target.getvalue()


@cache
def _note(tone: int, beats: float, loudness: int) -> "array[int]":
    """Returns the samples of one note; it swells within 10 ms and dies away."""
    count = round(beats * _BEAT_S * _RATE)
    step = 2 * pi * 261.63 * 2 ** (tone / 12) / _RATE
    samples = array("h")
    for index in range(count):
        swell = min(1, index / (0.01 * _RATE), (count - index) / (0.02 * _RATE))
        angle = step * index
        timbre = sin(angle) + 0.4 * sin(2 * angle) + 0.15 * sin(3 * angle)
        samples.append(round(loudness * swell * exp(-2.2 * index / _RATE) * timbre))
    return samples


def _add(mixed: "array[int]", start_beat: float, note: "array[int]") -> None:
    first = round(start_beat * _BEAT_S * _RATE)
    for index, sample in enumerate(note, first):
        mixed[index] += sample
