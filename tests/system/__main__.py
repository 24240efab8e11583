"""Runs the system tests: `python3 tests/system [NAME]…`, NAME as in test_NAME.py. Ends in `N passed, N failed`."""

import importlib
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent


class Line(unittest.TextTestResult):
    """A line for each test: what it claims, how it went, how long it took."""

    def startTest(self, test):
        self.begun = time.monotonic()
        unittest.TestResult.startTest(self, test)
        self.failed_before = self.count_failed()

    def stopTest(self, test):
        unittest.TestResult.stopTest(self, test)
        word = "FAILED" if self.count_failed() > self.failed_before else "ok"
        claim = test.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        self.stream.writeln(f"  {word:6} {claim} ({time.monotonic() - self.begun:.1f} s)")
        self.stream.flush()

    def count_failed(self) -> int:
        # A test that is skipped has shown nothing: it counts as failed.
        return len(self.failures) + len(self.errors) + len(self.skipped) + len(self.unexpectedSuccesses)

    addSuccess = unittest.TestResult.addSuccess
    addFailure = unittest.TestResult.addFailure
    addError = unittest.TestResult.addError
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
        failed += result.count_failed()
        passed += max(0, result.testsRun - result.count_failed())
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
