"""Calls the shell functions of scripts/lib with a made-up clone and a made-up machine."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Shell:
    """A clone and a machine's root, both in a temporary folder; `variables` go into the environment."""

    clone: Path
    system: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Source the parts, then run `script`; output and exit code come back, whatever they are."""
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("GEOMONITOR_", "PYTEST_"))
        }
        environment |= {"CLONE": str(self.clone), "SYSTEM_ROOT": str(self.system)}
        environment |= self.variables | variables
        whole = f"set -Eeuo pipefail\n. {REPOSITORY}/scripts/lib/setup.sh\n{script}"
        return subprocess.run(
            ["bash", "-c", whole], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def says(self, script: str, **variables: str) -> str:
        """What `script` prints; it must succeed."""
        done = self.run(script, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stops(self, script: str, **variables: str) -> str:
        """The words with which `script` ends itself."""
        done = self.run(script, **variables)
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr.startswith("Stopped: "), done.stderr
        return done.stderr

    def put(self, path: str, text: str = "", mode: int = 0o644) -> Path:
        """A file on the made-up machine."""
        file = self.system / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def with_postgresql(self, major: int, *, postgis: bool = True) -> None:
        """Lay the files that tell an installed PostgreSQL."""
        self.put(f"usr/lib/postgresql/{major}/bin/initdb", "#!/bin/sh\n", 0o755)
        if postgis:
            self.put(f"usr/share/postgresql/{major}/extension/postgis.control")
