"""What all panels share: labelled controls, texts of one subject, and that what users wrote never becomes markup."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from svcqa.catalogue import Language, text
from svcqa.errors import SvcqaError

if TYPE_CHECKING:
    from svcqa.entities.policy import Policies


class Panel:
    """Widgets in one ``box``, which a notebook shows.

    Attributes:
        subject: the file of the catalogue that its texts stand in.
        label_width, width: of its controls.
    """

    subject: ClassVar[str] = "panel"
    label_width: ClassVar[str] = "7em"
    width: ClassVar[str] = "34em"

    def __init__(self, language: Language) -> None:
        self.language = language
        self.box = widgets.VBox()

    def _text(self, key: str, **fields: object) -> str:
        return text(key if "." in key else f"{self.subject}.{key}", self.language, **fields)

    def _looks(self, key: str) -> dict[str, Any]:
        """The label of a control, and its widths."""
        style, layout = {"description_width": self.label_width}, widgets.Layout(width=self.width)
        return {"description": self._text(key), "style": style, "layout": layout}

    def _dropdown(self, key: str, options: Any, **chosen: Any) -> widgets.Dropdown:
        return widgets.Dropdown(options=options, **chosen, **self._looks(key))

    def _units(self, policies: Policies) -> widgets.Dropdown:
        """All units of the organisation, by name."""
        names = policies.organisation.names(self.language)
        return self._dropdown("unit", [(name, code) for code, name in names.items()])

    def _button(self, key: str, pressed: Callable[[object], None]) -> widgets.Button:
        button = widgets.Button(description=self._text(key), button_style="primary")
        button.on_click(pressed)
        return button

    def _plain(self, message: str | SvcqaError) -> str:
        """A text, or an error in the reader's language, as it may stand in a page."""
        shown = message if isinstance(message, str) else message.render(self.language)
        return html.escape(shown).replace("\n", "<br>")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


@contextmanager
def unheard(handler: Callable[[Any], None], *controls: widgets.Widget) -> Iterator[None]:
    """Set controls without ``handler`` being told; it listens again afterwards."""
    for control in controls:
        control.unobserve(handler, names="value")
    try:
        yield
    finally:
        listen(handler, *controls)


def listen(handler: Callable[[Any], None], *controls: widgets.Widget) -> None:
    """Have ``handler`` told of every new value of the controls."""
    for control in controls:
        control.observe(handler, names="value")
