"""Tests of loadwatch, and the tools that measure it."""

import os

# before numpy is imported: small matrices on several threads of a busy machine take longer, not less
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
