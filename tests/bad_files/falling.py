"""A reader that falls as a library of another language falls."""

import os
import signal

os.kill(os.getpid(), signal.SIGSEGV)
