"""Runs the system tests: `python3 tests/system [NAME]…`, NAME as in test_NAME.py. Ends in `N passed, N failed`."""

import importlib
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent


class Line(unittest.TextTestResult):
    """A line for each test: what it claims, how it went, how long it took. Its subtests count as one with it."""

    passed = failed = 0

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.begun = time.monotonic()
        self.complaints_before = self.complaints()

    def stopTest(self, test):
        unittest.TestResult.stopTest(self, test)
        good = self.complaints() == self.complaints_before
        self.passed += good
        self.failed += not good
        claim = test.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        self.stream.writeln(f"  {'ok' if good else 'FAILED':6} {claim} ({time.monotonic() - self.begun:.1f} s)")
        self.stream.flush()

    def complaints(self) -> int:
        # A test that is skipped has shown nothing.
        return len(self.failures) + len(self.errors) + len(self.skipped) + len(self.unexpectedSuccesses)

    def addError(self, test, error):
        unittest.TestResult.addError(self, test, error)
        if not isinstance(test, unittest.TestCase):
            self.failed += 1  # What a whole class of tests stands on: none of them ran.

    addSuccess = unittest.TestResult.addSuccess
    addFailure = unittest.TestResult.addFailure
    addSkip = unittest.TestResult.addSkip
    addSubTest = unittest.TestResult.addSubTest


def main(names: list[str]) -> int:
    sys.path.insert(0, str(HERE))
    # What can't say 500 subscribers' names in every script would fail for the terminal's sake, not the program's.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stderr.reconfigure(encoding="utf-8", errors="replace")
    known = sorted(file.stem.removeprefix("test_") for file in HERE.glob("test_*.py"))
    unknown = set(names) - set(known)
    if unknown:
        print(f"no such test: {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    passed = failed = 0
    for name in names or known:
        print(f"\n{name.replace('_', ' ')}", flush=True)
        tests = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(f"test_{name}"))
        result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Line).run(tests)
        passed, failed = passed + result.passed, failed + result.failed
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
