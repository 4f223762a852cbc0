"""A vector that is a real function of its text: hashed character n-grams, unit length.

Each word, lower-cased and with its borders marked, gives its character 3-, 4- and 5-grams, its
first four letters and itself. Each of these falls into one of 256 places, with a sign, both by its CRC-32 (which every
process computes alike). Repetition counts by its logarithm, and the words that every text has
count little. Texts that share stems are near one another; meaning beyond that is not seen.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from functools import lru_cache
from zlib import crc32

DIMENSIONS = 256

_WORD = re.compile(r"\w+|[^\w\s]")
_GRAM_SIZES = (3, 4, 5)
_WHOLE_WORD_WEIGHT = 0.7
_STEM_LENGTH, _STEM_WEIGHT = 4, 1.5
_FUNCTION_WORD_WEIGHT = 0.15
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by for from had has have in into is it its of on or that the their "
        "them they this to was were which will with "
        "а без был была были было быть в во для до его ее её же за и из или их к как на не но о об "
        "он она они от по при с со так то у уже что это эта этот",
    )
)


@lru_cache(maxsize=1024)
def embed(text: str) -> tuple[float, ...]:
    """256 numbers whose squares sum to 1. The text must not be empty."""
    words = Counter(_WORD.findall(text.lower())) or Counter([text])
    features: defaultdict[str, float] = defaultdict(float)
    for word, times in words.items():
        weight = times * (_FUNCTION_WORD_WEIGHT if word in _FUNCTION_WORDS else 1.0)
        for gram, share in _features(word):
            features[gram] += weight * share
    vector = [0.0] * DIMENSIONS
    for gram, weight in features.items():
        place = crc32(gram.encode())
        sign = 1.0 if place & 0x100 else -1.0
        vector[place % DIMENSIONS] += sign * math.log1p(weight)
    return _unit(vector)


def similarity(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The cosine of two unit vectors, in [-1, 1]."""
    return sum(a * b for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=8192)
def _features(word: str) -> tuple[tuple[str, float], ...]:
    marked = f"<{word}>"
    grams = [marked[i : i + n] for n in _GRAM_SIZES for i in range(len(marked) - n + 1)]
    if not grams:
        return ((marked, _WHOLE_WORD_WEIGHT),)
    # A long word has more grams than a short one, and should not count for more.
    share = 1 / math.sqrt(len(grams))
    stem, whole = "^" + word[:_STEM_LENGTH], "=" + marked
    return (*((gram, share) for gram in grams), (stem, _STEM_WEIGHT), (whole, _WHOLE_WORD_WEIGHT))


def _unit(vector: list[float]) -> tuple[float, ...]:
    length = math.sqrt(sum(number * number for number in vector))
    if not length:  # two features cancelled each other: any fixed direction is as good
        return (1.0, *vector[1:])
    return tuple(number / length for number in vector)
