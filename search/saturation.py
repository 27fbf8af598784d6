"""The constants of BM25 as Whoosh computes it, and the part that depends on a unit's length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from whoosh.util.numeric import byte_to_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

K1: Final = 1.2
B: Final = 0.75
BYTE_LENGTHS: Final = np.array([byte_to_length(code) for code in range(256)], np.float64)


def saturation(lengths: Array, average: float) -> Array:
    """K1 * ((1 - B) + B * length / average), the addend below the term frequency."""
    norms: Array = K1 * ((1 - B) + B * lengths / average)
    return norms
