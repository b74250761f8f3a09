"""A reader that is killed as an operator, or a kernel without memory, kills it."""

import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
