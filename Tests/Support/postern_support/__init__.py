"""What the integration tests stand on: the trial's parts, a canary backend, a bare client."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Deploy" / "lib"))
