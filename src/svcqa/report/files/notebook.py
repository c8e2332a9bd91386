"""Running the review's notebook and turning it into an HTML report that opens with no network."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from svcqa.catalogue import Language, text
from svcqa.errors import Fault, NotebookError, ReviewChangedError
from svcqa.extras import require

INTERACTIVE: Final = "interactive"
"""Tag of cells that need a running kernel and so are left out of the HTML report."""
_ADDRESSES: Final = (
    "mathjax_url",
    "require_js_url",
    "jquery_url",
    "widget_renderer_url",
    "jupyter_widgets_base_url",
    "mermaid_js_url",
    "mermaid_layout_elk_js_url",
)


def run_notebook(source: Path, target: Path, parameters: Mapping[str, object], *, language: Language) -> Path:
    """Run ``source`` with ``parameters`` and write it, executed and in ``language``, to ``target``.

    Raises:
        MissingExtraError: this installation runs no notebooks.
        ReviewChangedError: it refused what it computed; nothing is left at ``target``.
        NotebookError: a cell of it failed; nothing is left at ``target``.
    """
    require("notebook")
    target.write_text(json.dumps(_translated(source, language), ensure_ascii=False, indent=1), encoding="utf-8")
    with warnings.catch_warnings():
        # papermill and its kernel client warn of their own plumbing, which the reader of a review cannot mend
        warnings.simplefilter("ignore")
        import papermill

        try:
            papermill.execute_notebook(
                str(target),
                str(target),
                parameters={**parameters, "language": language},
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                kernel_manager_class="svcqa.report.files.kernel.QuietKernelManager",
            )
        except papermill.PapermillExecutionError as error:
            target.unlink(missing_ok=True)  # half a review is none
            if error.ename == ReviewChangedError.__name__:
                raise ReviewChangedError(Fault("notebook_differs", file=target.name, got=error.evalue)) from error
            message = f"{error.ename}: {error.evalue}"
            raise NotebookError(Fault("notebook_failed", file=target.name, got=message)) from error
    return target


def _translated(source: Path, language: Language) -> dict[str, Any]:
    """The notebook with the texts of its Markdown cells in ``language``; their metadata name the catalogue's entry."""
    content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown" and "svcqa_text" in cell["metadata"]:
            cell["source"] = text(cell["metadata"]["svcqa_text"], language)
    return content


def write_html(notebook: Path, target: Path, *, title: str) -> Path:
    """The executed notebook as one HTML file without code, panels or outside addresses.

    Raises:
        MissingExtraError: this installation runs no notebooks.
    """
    require("notebook")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nbformat
        from nbconvert import HTMLExporter
        from traitlets.config import Config

        settings = Config()
        settings.TagRemovePreprocessor.enabled = True
        settings.TagRemovePreprocessor.remove_cell_tags = {INTERACTIVE, "injected-parameters", "parameters"}
        settings.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
        exporter = HTMLExporter(
            config=settings,
            exclude_input=True,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            **dict.fromkeys(_ADDRESSES, ""),
        )
        content = nbformat.read(str(notebook), as_version=4)
        content.metadata.pop("widgets", None)
        content.metadata["title"] = title
        body, _ = exporter.from_notebook_node(content, resources={"metadata": {"name": title}})
    target.write_text(body, encoding="utf-8")
    return target
