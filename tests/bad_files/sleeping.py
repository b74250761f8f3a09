"""A reader that never comes to its end."""

import signal

signal.pause()
