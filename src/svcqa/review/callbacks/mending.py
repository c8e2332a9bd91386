"""What a crash left between the folder of waves and the register, put in order by what the register says.

The note decides. A wave that was staged and noted is finished: it was drawn. One that was staged and never noted is
discarded: it was not. A note whose wave is in no folder is void: nobody can be called by it; the same code can be
drawn again, which replaces the note.
"""

from __future__ import annotations

from svcqa.errors import Fault, WorkspaceError
from svcqa.records.wave_store import WaveStore
from svcqa.register import Register
from svcqa.register.waves import noted_waves


def mend(store: WaveStore, register: Register) -> tuple[Fault, ...]:
    """Finish or discard the waves that were staged, and say which; to be called while nobody draws."""
    staged = store.staged()
    noted = {note.code: note.list_digest for note in noted_waves(register)} if staged else {}
    faults = []
    for code, wave in staged.items():
        if wave is not None and noted.get(code) == wave.list_digest:
            store.settle(code)
            faults.append(Fault("wave_finished", got=code))
        else:
            store.discard(code)
            faults.append(Fault("wave_discarded", got=code))
    return tuple(faults)


def mend_at_start(store: WaveStore, register: Register) -> tuple[Fault, ...]:
    """The same, unless somebody is drawing just now."""
    try:
        with store.drawing(patience=0):
            return mend(store, register)
    except WorkspaceError:
        return ()


def void_notes(store: WaveStore, register: Register) -> tuple[Fault, ...]:
    """The waves that the register knows and the folder does not have."""
    codes = {*store.codes(), *store.staged()}
    return tuple(Fault("wave_void", got=note.code) for note in noted_waves(register) if note.code not in codes)
