"""How processes of ours begin, and what ends them."""

import multiprocessing
import signal

FORK = multiprocessing.get_context("fork")
"""What one process has imported and made, those beside it have too."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Of whoever wants the server to end."""
