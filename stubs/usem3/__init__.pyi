from collections.abc import Sequence
from typing import Any, overload

from numpy.typing import NDArray

class USE:
    def __init__(self, threads: int = 4, denoise: bool = False) -> None: ...
    @overload
    def encode(self, texts: str) -> NDArray[Any]: ...
    @overload
    def encode(self, texts: Sequence[str]) -> NDArray[Any]: ...
