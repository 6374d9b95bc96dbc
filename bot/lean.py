"""What a running bot does without. Imported before all else.

Where something else has brought them along, as the tests' tools do in a checkout, structlog, httpx and Mako
load what draws on terminals and reads command lines, which nobody looks at here: 4.3 MB at each start.
To them it looks as if these were not installed; requirements-run.lock has none of them.
"""

import sys
from typing import Any

UNUSED = ("click", "pygments", "rich")

_modules: dict[str, Any] = sys.modules
for _name in UNUSED:
    _modules.setdefault(_name, None)  # how Python itself is told that there is no such module
