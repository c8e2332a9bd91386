"""Responsibility letters: write them (`svcqa targets letters`), start a template, record signatures, see which hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcqa.catalogue import text
from svcqa.cli.options import LangOption, WorkspaceOption, language_of
from svcqa.cli.screen import Screen

commands = typer.Typer(help="Responsibility letters in Word.", no_args_is_help=True)
LetterArgument = Annotated[Path, typer.Argument(help="A letter that was written here.")]


def write(
    *,
    year: Annotated[int, typer.Argument(help="Whose goals: those of the policy, and of plans that were saved.")],
    out: Annotated[Path, typer.Option(help="Where the letters are written.")] = Path("out/letters"),
    template: Annotated[Path | None, typer.Option(help="A .docx of yours with placeholders.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """A letter for each department and post that has goals in the year."""
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        written = opened.letters.write(year, out, template=template, language=language)
        screen.console.print(text("terminal.letters_written", language, count=len(written)))
        for path in written.values():
            screen.console.print(f"  {path}", soft_wrap=True, markup=False)


@commands.command("template")
def template_of(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("letter_template.docx"),
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Our template, to be edited and given back with --template."""
    with Screen() as screen:
        opened = screen.open(workspace)
        path = opened.letters.write_template(out, language=language_of(opened, lang))
        screen.console.print(f"{path}", soft_wrap=True, markup=False)


@commands.command("sign")
def sign(
    *,
    letter: LetterArgument,
    by: Annotated[str, typer.Option("--by", help="Who signed.")],
    role: Annotated[str, typer.Option("--role", help="In which capacity.")],
    on: Annotated[str | None, typer.Option("--on", help="The day, such as 2027-01-08; today where absent.")] = None,
    workspace: WorkspaceOption = Path(),
    lang: LangOption = None,
) -> None:
    """Record in the register that somebody signed a letter."""
    with Screen() as screen:
        opened = screen.open(workspace)
        opened.letters.sign(letter, name=by, role=role, on=on)
        message = text("terminal.letter_signed", language_of(opened, lang), letter=letter.name, name=by, role=role)
        screen.console.print(message, markup=False, soft_wrap=True)


@commands.command("check")
def check(letter: LetterArgument, workspace: WorkspaceOption = Path(), lang: LangOption = None) -> None:
    """Whose signatures hold for a letter as it is now, and whose were given to another text."""
    with Screen() as screen:
        opened = screen.open(workspace)
        language = language_of(opened, lang)
        signatures = opened.letters.check(letter)
        lines = [("signature_holds", item) for item in signatures.holding] + [
            ("signature_broken", item) for item in signatures.broken
        ]
        for key, item in lines:
            message = text(f"terminal.{key}", language, name=item.name, role=item.role, on=item.on)
            screen.console.print(message, markup=False, soft_wrap=True)
        if not lines:
            screen.console.print(
                text("terminal.no_signature" if signatures.letter else "terminal.not_our_letter", language)
            )
