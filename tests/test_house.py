"""The house around the code: what every file keeps to, and what the documents promise of the commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-run.lock"]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
PRIVATE = re.compile(r"(^|/)(\.env|secret\.key|.*\.db)$|^(data|secrets)/")
# Written in pieces, so that this file does not find itself.
REGISTRIES = re.compile("|".join([r"pypi" + r"\.org", r"--(?:extra-)?index" + r"-url", r"/simple" + r"/\w"]))
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- fixed commands of our own
        command, cwd=cwd, capture_output=True, text=True, check=False
    )


def tracked() -> list[Path]:
    """All files of the repository that are text."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if listed.returncode != 0:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_no_python_file_is_longer_than_500_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in tracked() if path.suffix == ".py"}
    assert lengths
    assert {path.name: length for path, length in lengths.items() if length > 500} == {}


@pytest.mark.parametrize("pattern", [REGISTRIES, UNFINISHED], ids=["package index", "unfinished"])
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_nothing_private_is_tracked() -> None:
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert not {
        name for name in names if re.search(r"(^|/)(\.env|secret\.key|.*\.db)$|^(data|secrets)/", name)
    }


def test_nothing_that_the_code_needs_is_ignored_by_git() -> None:
    packages = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    listed = run("git", "ls-files", "--others", "--ignored", "--exclude-standard", "--", *packages)
    forgotten = {
        name for name in listed.stdout.splitlines() if "__pycache__" not in name and "/results/" not in name
    }
    assert forgotten == set()


# Locks.


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_version_has_hashes_and_no_address(name: str) -> None:
    lock = read(name)
    assert "://" not in lock
    assert "--index" not in lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", read(name), re.MULTILINE))


def test_the_image_runs_the_versions_that_were_tested() -> None:
    assert locked("requirements-run.lock") < locked("requirements.lock")


def test_the_image_holds_no_tools_of_developers() -> None:
    names = {entry.split("==")[0] for entry in locked("requirements-run.lock")}
    assert names.isdisjoint({"pytest", "mypy", "ruff", "playwright", "hypothesis", "setuptools"})
    assert {"aiogram", "asyncpg", "greenlet", "sentry-sdk"} <= names


# Commands.


def test_every_target_of_make_is_documented() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
    assert targets is not None
    documents = read("README.md") + read("CONTRIBUTING.md")
    named = set(re.findall(r"\bmake ([a-z]+)\b", documents))
    assert set(targets[1].split()) - {"help"} == named & set(targets[1].split())
    assert {"demo", "test", "run"} <= named


def test_make_says_what_python_it_needs(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_text(read(name))
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit\nexit 1\n')
    old.chmod(0o755)
    for python, message in (
        (str(old), f"Python 3.11 or newer is needed, {old} is Python 3.9.2"),
        ("python-of-nowhere", "Python 3.11 or newer is needed: python-of-nowhere is not there"),
    ):
        made = run("make", "demo", f"PYTHON={python}", cwd=tmp_path)
        assert made.returncode != 0
        assert message in made.stderr
        assert not (tmp_path / ".venv").exists()


def test_imports_run_down_only() -> None:
    linted = run(Path(sys.executable).with_name("lint-imports"), "--no-cache")
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


# The image.


def test_the_image_runs_without_root_and_can_be_asked_how_it_is() -> None:
    image = read("Dockerfile").rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!0\b|root\b)\S+", image, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\\\n.*/healthz", image, re.MULTILINE)
    assert re.search(r'^VOLUME \["/data"\]', image, re.MULTILINE)
    assert "DATA_DIR=/data" in image
    assert "HTTP_HOST=0.0.0.0" in image


def test_the_image_is_built_from_tagged_images_and_locked_versions() -> None:
    dockerfile = read("Dockerfile")
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert [base for base in bases if not re.fullmatch(r"python:3\.\d+-slim-\w+", base)] == []
    assert "--require-hashes" in dockerfile
    assert "--no-cache-dir" in dockerfile


def test_all_folders_that_run_are_in_the_image() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    copied = set(re.findall(r"^COPY (\w+) ", read("Dockerfile"), re.MULTILINE))
    let_in = set(re.findall(r"^!(\w+)$", read(".dockerignore"), re.MULTILINE))
    assert packages <= copied
    assert packages <= let_in


def test_compose_keeps_the_container_small() -> None:
    compose = read("compose.yaml")
    for line in (
        "read_only: true",
        "no-new-privileges:true",
        "- ALL",
        "restart: unless-stopped",
        "- data:/data",
    ):
        assert line in compose
