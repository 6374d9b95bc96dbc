"""The texts, one folder of Fluent files per language."""

from pathlib import Path

ROOT = Path(__file__).parent

LANGUAGES: tuple[str, ...] = tuple(sorted({texts.parent.name for texts in ROOT.glob("*/*.ftl")}))
"""Every language that has texts."""


def sources(language: str) -> list[str]:
    """The Fluent files of a language, in a fixed order."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / language).glob("*.ftl"))]
