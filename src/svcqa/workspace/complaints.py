"""Complaints, one by one, as they are known now."""

from __future__ import annotations

from svcqa.entities.complaint import Complaint
from svcqa.errors import Fault, NameUnknownError
from svcqa.records.store import RecordStore


class Complaints:
    """The complaints that a workspace has read. Reach it as ``workspace.complaints``."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    def get(self, complaint_id: str) -> Complaint:
        """One complaint as it is known now.

        Raises:
            NameUnknownError: no such complaint was accepted.
        """
        from svcqa.records.lookup import find_row

        row = find_row(self._store, "complaints", complaint_id)
        if row is None:
            raise NameUnknownError(Fault("no_records", place="complaints", got=complaint_id))
        return Complaint.model_validate({name: row[name] for name in Complaint.model_fields if name in row})
