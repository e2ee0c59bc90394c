#!/usr/bin/env python3
"""arch_test.py layout ROOT | citations ROOT | headers ROOT BUILD | self-test: 0 when the house is in order, else 1 and what is not."""

import sys
from pathlib import Path

from citations import citation_violations
from citations_planted import citation_self_test
from docs_planted import finding_self_test
from headers import header_self_test, header_violations
from layout import layout_violations
from layout_planted import layout_self_test


def main(arguments):
    if arguments[:1] == ["layout"] and len(arguments) == 2:
        bad = layout_violations(Path(arguments[1]).resolve())
    elif arguments[:1] == ["citations"] and len(arguments) == 2:
        bad = citation_violations(Path(arguments[1]).resolve())
    elif arguments[:1] == ["headers"] and len(arguments) == 3:
        bad = header_violations(Path(arguments[1]).resolve(), Path(arguments[2]).resolve())
    elif arguments == ["self-test"]:
        bad = layout_self_test() + finding_self_test() + citation_self_test() + header_self_test()
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
