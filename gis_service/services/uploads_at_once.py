"""How much of the work on uploads one process does while somebody waits; a job does what is more.

An inspection and a commit hold a thread and a connection of the process that answers everybody else, too.
"""

import threading

AT_ONCE_BYTES = 16 << 20
"""Largest file that is inspected or committed by the process that answers."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Requests of one process that may inspect, wait for an inspection, or commit."""
