"""What people decide and must not lose."""

from svcqa.register.ledger import Entry
from svcqa.register.register import Register

__all__ = ["Entry", "Register"]
