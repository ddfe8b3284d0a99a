"""Debian's jupyter_kernel_test on our kernel. Usage: conformance.py KERNEL_NAME

Ends with "N run, N skipped, N failed"; only the pager test, a terminal's affair, may be skipped."""
import sys
import unittest

import jupyter_kernel_test


class CSharpKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = sys.argv[1]
    language_name = "C#"
    file_extension = ".cs"

    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("to stderr");'

    completion_samples = [
        {"text": "Console.Writ", "matches": {"Write", "WriteLine"}},
        {"text": "var text = \"🙂\"; text.ToUp", "matches": {"ToUpper", "ToUpperInvariant"}},
        {"text": "fore", "matches": {"foreach"}},
        {"text": "#!ti", "matches": {"#!time"}},
    ]
    complete_code_samples = ["1 + 1", "for (var i = 0; i < 3; i++) { }", "", "// a comment", "#!markdown\n# (a heading"]
    incomplete_code_samples = ["for (var i = 0; i < 3; i++) {", "Math.Max(1,", "/* a comment", "1 +"]
    invalid_code_samples = ["int 1 = 2;", "}", "1 + ) 2"]

    code_generate_error = 'throw new InvalidOperationException("on purpose");'
    code_inspect_sample = "Console.WriteLine"

    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": '"text"', "result": "text"},
        {"code": "var x = 20;\nx * 2 + 2", "result": "42"},
    ]
    code_display_data = [
        {"code": 'display("text", "text/plain")', "mime": "text/plain"},
        {"code": 'HTML("<b>bold</b>").Display();', "mime": "text/html"},
        {"code": '"<svg/>".DisplayAs("image/svg+xml");', "mime": "image/svg+xml"},
        {"code": '"{}".DisplayAs("application/vnd.plotly.v1+json");', "mime": "application/vnd.plotly.v1+json"},
    ]
    code_clear_output = "ClearOutput();"

    code_history_pattern = "1 + 2*"
    supported_history_operations = ("tail", "range", "search")


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CSharpKernelTests))
    for test, why in result.skipped:
        print("skipped", test, why)
    print(f"{result.testsRun} run, {len(result.skipped)} skipped, {len(result.failures) + len(result.errors)} failed")
    sys.exit(not result.wasSuccessful())
