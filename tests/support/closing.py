"""What stops at the end of a `with` statement."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Runs from its construction on, until `close` is called or a `with` statement ends."""

    @abstractmethod
    def close(self) -> None:
        """Stops; nothing is left behind."""

    def __enter__(self) -> Self:
        """Closes at the end of a with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes."""
        self.close()
