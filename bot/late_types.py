"""Telegram's types are built when they are used first, and not all four hundred when aiogram is imported.

aiogram declares its models with `defer_build`, and then has each of them built at the import of its types: to
give pydantic the names in their annotations, which it would not find by itself. To keep those names for the
day when a model is needed takes a quarter of the time and spares 100 MB, as the bot uses few of the models.
"""

from typing import Any

from pydantic import BaseModel

_AIOGRAM = "aiogram."


def build_when_used() -> None:
    """From now on. Call it before aiogram is imported; later it changes nothing."""
    build = BaseModel.model_rebuild.__func__  # type: ignore[attr-defined] # as a function of the class
    names: dict[str, Any] = {}

    def model_rebuild(
        cls: type[BaseModel],
        /,
        *,
        _types_namespace: dict[str, Any] | None = None,
        _parent_namespace_depth: int = 2,
        **more: Any,
    ) -> bool | None:
        if cls.__module__.startswith(_AIOGRAM):
            if _types_namespace is not None:  # aiogram's own call, at its import
                names.update(_types_namespace)
                return None
            _types_namespace = names or None  # pydantic's, at the first use
        depth = _parent_namespace_depth + 1  # this function is one more between pydantic and who asks
        done: bool | None = build(
            cls, _types_namespace=_types_namespace, _parent_namespace_depth=depth, **more
        )
        return done

    BaseModel.model_rebuild = classmethod(model_rebuild)  # type: ignore[assignment,method-assign] # as above
