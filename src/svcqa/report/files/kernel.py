"""A kernel that talks over a local socket file where the system has them: no open port, and no warning of one."""

from __future__ import annotations

import os

from jupyter_client.manager import AsyncKernelManager


class QuietKernelManager(AsyncKernelManager):
    """As Jupyter's own, with ``transport = "ipc"`` outside Windows."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        if os.name == "posix":
            self.transport = "ipc"
