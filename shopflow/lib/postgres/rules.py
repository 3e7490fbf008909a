"""Rules a CHECK can't say, declared in `Meta.constraints` beside the CHECKs: they are triggers.

Each raises check_violation (23514) under its own name, as a CHECK would, so raw SQL is refused
too and `IntegrityError.__cause__.diag.constraint_name` names the rule.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Model


class Trigger(BaseConstraint):
    """A rule of one table that a trigger keeps. Subclasses say when it fires and what it runs."""

    def moment(self, model: type[Model]) -> str:
        """Return the SQL between the trigger's name and `ON table`."""
        raise NotImplementedError

    def action(self, model: type[Model]) -> str:
        """Return the SQL after `FOR EACH ROW`."""
        raise NotImplementedError

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "CREATE TRIGGER %(name)s %(moment)s ON %(table)s FOR EACH ROW %(action)s",
            name=schema_editor.quote_name(self.name),
            moment=self.moment(model),
            table=Table(model._meta.db_table, schema_editor.quote_name),
            action=self.action(model),
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # Not part of CREATE TABLE: it follows once the table is there.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "DROP TRIGGER %(name)s ON %(table)s",
            name=schema_editor.quote_name(self.name),
            table=Table(model._meta.db_table, schema_editor.quote_name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: commands give the good message, the database has the last word."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Trigger):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = BaseConstraint.__hash__


class AppendOnly(Trigger):
    """Rows are written once: nobody changes or deletes them, the owner included.

    What somebody wrote about a person may have to go: `erasable` columns can be emptied, and
    nothing else can be done to them.
    """

    def __init__(self, *, name: str, erasable: Sequence[str] = ()) -> None:
        super().__init__(name=name)
        self.erasable = tuple(erasable)

    def moment(self, model: type[Model]) -> str:
        return "BEFORE UPDATE OR DELETE"

    def action(self, model: type[Model]) -> str:
        erasable = f", '{{{','.join(self.erasable)}}}'" if self.erasable else ""
        return (
            f"EXECUTE FUNCTION shop_refuse('{self.name}',"
            f" 'rows are never changed or deleted'{erasable})"
        )

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, **({"erasable": self.erasable} if self.erasable else {})}


class Frozen(Trigger):
    """Some columns never change after the insert; `erasable` ones, of JSON, may become {}."""

    def __init__(self, *, fields: Sequence[str], name: str, erasable: Sequence[str] = ()) -> None:
        super().__init__(name=name)
        self.fields = tuple(fields)
        self.erasable = tuple(erasable)

    def moment(self, model: type[Model]) -> str:
        return f"BEFORE UPDATE OF {', '.join(self._columns(model))}"

    def action(self, model: type[Model]) -> str:
        emptied = {f'"{name}"' for name in self.erasable}
        changed = " OR ".join(
            f"OLD.{column} IS DISTINCT FROM NEW.{column}"
            + (f" AND NEW.{column} <> '{{}}'::jsonb" if column in emptied else "")
            for column in self._columns(model)
        )
        return (
            f"WHEN ({changed})"
            f" EXECUTE FUNCTION shop_refuse('{self.name}', 'what was agreed never changes')"
        )

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"erasable": self.erasable} if self.erasable else {}
        return path, args, {**kwargs, "fields": self.fields}

    def _columns(self, model: type[Model]) -> list[str]:
        return [f'"{model._meta.get_field(name).column}"' for name in self.fields]  # type: ignore[union-attr]  # columns of this table


class GuardedMoves(Trigger):
    """The status moves only as `order_status_transitions` says (migration orders 0001)."""

    def moment(self, model: type[Model]) -> str:
        return "BEFORE UPDATE OF status"

    def action(self, model: type[Model]) -> str:
        return (
            "WHEN (OLD.status IS DISTINCT FROM NEW.status)"
            f" EXECUTE FUNCTION shop_guard_order_moves('{self.name}')"
        )
