from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured ratio; `bound` None: nothing is promised, it is only shown."""

    name: str
    ratio: float
    detail: str
    bound: float | None = None

    @property
    def is_fine(self) -> bool:
        return self.bound is None or self.ratio <= self.bound

    def __str__(self) -> str:
        promised = "" if self.bound is None else f" (at most {self.bound:.2f})"
        verdict = "ok     " if self.is_fine else "TOO FAR"
        return f"{verdict}  {self.ratio:5.2f}  {self.name}{promised}: {self.detail}"
