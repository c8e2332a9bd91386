"""What people decide and must not lose."""

from svcqa.register.register import Entry, Register

__all__ = ["Entry", "Register"]
