from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """One sentence about one line of a file; line 0 means the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.message}" if self.line else self.message


@dataclass
class Report:
    """What reading a file found: faults stop the import, warnings only tell."""

    faults: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()

    def fault(self, line: int, message: str) -> None:
        """Note something that must be put right in the file first."""
        self.faults.append(Note(line, message))

    def warn(self, line: int, message: str) -> None:
        """Note something that was read differently from how it is written."""
        self.warnings.append(Note(line, message))
