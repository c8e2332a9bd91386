"""The kinds of entries: what each is read as, the version that is written, and how older bodies are lifted.

Where a model changes so that it no longer reads what was kept, its version grows by one and ``lifts`` says how a body
of the version before becomes one of the next. Bodies are never rewritten.
"""

from __future__ import annotations

from typing import Any, Final

from svcqa.entities.action import ActionItem, ActionStep
from svcqa.entities.kept import Kept
from svcqa.entities.plan import TargetPlan
from svcqa.entities.published import Publication
from svcqa.entities.rebase import Rebase
from svcqa.entities.signature import Signature
from svcqa.entities.success import Success
from svcqa.entities.wave import ContactExport, WaveNote

ACTION: Final = Kept(name="action", model=ActionItem)
ACTION_STEP: Final = Kept(name="action_step", model=ActionStep)
CONTACT_EXPORT: Final = Kept(name="contact_export", model=ContactExport)
PLAN: Final = Kept(name="target_plan", model=TargetPlan)
PUBLICATION: Final = Kept(name="publication", model=Publication)
REBASE: Final = Kept(name="rebase", model=Rebase)
SIGNATURE: Final = Kept(name="signature", model=Signature)
SUCCESS: Final = Kept(name="success", model=Success)
WAVE: Final = Kept(name="wave", model=WaveNote)

KINDS: Final[dict[str, Kept[Any]]] = {
    kind.name: kind
    for kind in (ACTION, ACTION_STEP, CONTACT_EXPORT, PLAN, PUBLICATION, REBASE, SIGNATURE, SUCCESS, WAVE)
}
