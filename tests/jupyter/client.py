"""Our kernel as jupyter_client sees it, beyond what jupyter_kernel_test asks. Usage: client.py KERNEL_NAME [TEST …]

Ends with "N run, N skipped, N failed"."""
import os
import queue
import signal
import subprocess
import sys
import time
import unittest

import zmq
from jupyter_client.manager import KernelManager

KERNEL = sys.argv[1]
PATIENCE = 60


class Client:
    """A kernel and its blocking client."""

    def __init__(self):
        self.manager = KernelManager(kernel_name=KERNEL)
        self.manager.start_kernel()
        self.kernel = self.manager.client()
        self.kernel.start_channels()
        self.kernel.wait_for_ready(timeout=PATIENCE)

    def close(self):
        self.kernel.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def outputs(self, request, on_input=None):
        """What is broadcast for a request, until it is idle: pairs of type and content."""
        found = []
        while True:
            message = self.kernel.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                if message["msg_type"] == "status":  # of a question about code, whose reply was all that a test wanted
                    continue
                raise AssertionError(f"a message of another request: {message['msg_type']} {str(message['content'])[:200]}")
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    return found
            elif message["msg_type"] != "execute_input":
                found.append((message["msg_type"], message["content"]))

    def reply(self, request):
        message = self.kernel.get_shell_msg(timeout=PATIENCE)
        while message["msg_type"] == "kernel_info_reply":  # wait_for_ready asks once a second, and reads one answer
            message = self.kernel.get_shell_msg(timeout=PATIENCE)
        if message["parent_header"]["msg_id"] != request:
            raise AssertionError(f"a reply to another request: {message['msg_type']} {str(message['content'])[:200]}")
        return message["content"]

    def run(self, code, **options):
        request = self.kernel.execute(code, **options)
        outputs = self.outputs(request)
        return self.reply(request), outputs

    def value(self, code):
        """The plain text of a cell's result."""
        reply, outputs = self.run(code)
        assert reply["status"] == "ok", reply
        return outputs[-1][1]["data"]["text/plain"]


class CSharpClientTests(unittest.TestCase):
    client = None  # shared by the tests; a test that fails takes it with it

    def setUp(self):
        self.client = CSharpClientTests.client or Client()
        CSharpClientTests.client = None

    def tearDown(self):
        outcome = self._outcome.result
        if any(test is self or getattr(test, "test_case", None) is self for test, _ in outcome.failures + outcome.errors):
            self.client.close()
        else:
            CSharpClientTests.client = self.client

    @classmethod
    def tearDownClass(cls):
        if cls.client:
            cls.client.close()

    def test_stop_on_error(self):
        first, second, third = (self.client.kernel.execute(code) for code in ('await Task.Delay(300); throw new Exception("first");', '"second"', '"third"'))
        self.assertEqual([kind for kind, _ in self.client.outputs(first)], ["error"])
        self.assertEqual(self.client.reply(first)["ename"], "System.Exception")
        for request in (second, third):
            (kind, content), = self.client.outputs(request)
            self.assertEqual((kind, content["name"]), ("stream", "stderr"))
            self.assertIn("did not run", content["text"])
            self.assertEqual(self.client.reply(request)["ename"], "ExecutionAborted")
        self.assertEqual(self.client.value("1 + 1"), "2")

    def test_go_on_after_error(self):
        first = self.client.kernel.execute('throw new Exception("first");', stop_on_error=False)
        second = self.client.kernel.execute('"second"')
        self.client.outputs(first)
        self.client.reply(first)
        self.assertEqual(len(self.client.outputs(second)), 1)
        self.assertEqual(self.client.reply(second)["status"], "ok")

    def test_silent(self):
        before = self.client.run("")[0]["execution_count"]
        reply, outputs = self.client.run('Console.WriteLine("out"); "result"', silent=True)
        self.assertEqual((reply["status"], outputs), ("ok", []))
        reply, outputs = self.client.run('Console.WriteLine("out");', store_history=False)
        self.assertEqual(outputs, [("stream", {"name": "stdout", "text": "out\n"})])
        self.assertEqual(self.client.run("")[0]["execution_count"], before + 1)

    def test_update_display_data(self):
        _, outputs = self.client.run('var shown = "one".Display(); shown.Update("two");')
        self.assertEqual([kind for kind, _ in outputs], ["display_data", "update_display_data"])
        ids = {content["transient"]["display_id"] for _, content in outputs}
        self.assertEqual(len(ids), 1)
        _, outputs = self.client.run('shown.Update("three");')  # from a later cell
        self.assertEqual([(kind, content["data"]["text/plain"], content["transient"]["display_id"]) for kind, content in outputs], [("update_display_data", "three", ids.pop())])

    def test_json_is_json(self):
        _, outputs = self.client.run('"{\\"data\\": []}".DisplayAs("application/vnd.plotly.v1+json");')
        self.assertEqual(outputs[0][1]["data"]["application/vnd.plotly.v1+json"], {"data": []})

    def interrupted(self, code):
        """Runs code that never ends, and interrupts it when it has said that it has begun."""
        request = self.client.kernel.execute(f'Console.WriteLine("begun"); {code}')
        while self.client.kernel.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
            pass
        time.sleep(0.2)
        self.client.manager.interrupt_kernel()
        reply = self.client.reply(request)
        self.client.outputs(request)
        self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"), reply)

    def test_interrupt(self):
        self.client.run("var kept = 5; static int Loop() { while (true) { } }")
        for code in (
            "while (true) KernelInvocationContext.Current.CancellationToken.ThrowIfCancellationRequested();".replace("KernelInvocationContext", "Microsoft.DotNet.Interactive.KernelInvocationContext"),
            "await Task.Delay(-1, Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken);",
            "System.Threading.Thread.Sleep(-1);",
            "await Task.Delay(-1);",
            "new System.Threading.ManualResetEvent(false).WaitOne();",
            "while (true) { }",
            "Loop();",
            "while (true) try { while (true) { } } catch (Exception) { }",
        ):
            with self.subTest(code=code):
                self.interrupted(code)
                self.assertEqual(self.client.value("kept"), "5")

    def test_interrupt_between_cells_does_nothing(self):
        kernel = self.client.kernel
        kernel.control_channel.send(kernel.session.msg("interrupt_request", {}))
        answer = kernel.get_control_msg(timeout=PATIENCE)  # only then did it come before the cell
        self.assertEqual(answer["msg_type"], "interrupt_reply")
        self.assertEqual(self.client.value("1 + 1"), "2")

    def test_stdin(self):
        request = self.client.kernel.execute(
            'using static Microsoft.DotNet.Interactive.Kernel;\nvar a = await GetInputAsync("name?");\nvar b = await GetPasswordAsync("secret?");\nvar c = Console.ReadLine();\n$"{a} {b.GetClearTextPassword()} {c}"', allow_stdin=True)
        for prompt, password, answer in (("name?", False, "Ada"), ("secret?", True, "🙂"), ("", False, "line")):
            asked = self.client.kernel.get_stdin_msg(timeout=PATIENCE)
            self.assertEqual((asked["msg_type"], asked["content"]), ("input_request", {"prompt": prompt, "password": password}))
            self.assertEqual(asked["parent_header"]["msg_id"], request)
            self.client.kernel.input(answer)
        self.assertEqual(self.client.outputs(request)[-1][1]["data"]["text/plain"], "Ada 🙂 line")
        self.assertEqual(self.client.reply(request)["status"], "ok")

    def test_no_stdin(self):
        reply, _ = self.client.run('await GetInputAsync("name?")', allow_stdin=False)
        self.assertEqual(reply["ename"], "System.NotSupportedException")
        reply, outputs = self.client.run("Console.ReadLine() is null", allow_stdin=False)
        self.assertEqual(outputs[-1][1]["data"]["text/plain"], "True")

    def test_parent_headers(self):
        request = self.client.kernel.execute('"a".Display(); Console.WriteLine("b"); "c"')
        seen = []
        while True:
            message = self.client.kernel.get_iopub_msg(timeout=PATIENCE)
            self.assertEqual(message["parent_header"]["msg_id"], request)
            seen.append(message["msg_type"])
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        self.assertEqual(seen, ["status", "execute_input", "display_data", "stream", "execute_result", "status"])
        self.client.reply(request)

    def test_late_output_is_its_cells(self):
        request = self.client.kernel.execute('_ = Task.Run(async () => { await Task.Delay(500); Console.WriteLine("late"); });')
        self.client.outputs(request)
        self.client.reply(request)
        other = self.client.kernel.execute("await Task.Delay(1000);")
        parents = {}
        while True:
            message = self.client.kernel.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == "stream":
                parents[message["content"]["text"]] = message["parent_header"]["msg_id"]
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle" and message["parent_header"]["msg_id"] == other:
                break
        self.client.reply(other)
        self.assertEqual(parents, {"late\n": request})

    def test_hundreds_of_quick_cells(self):
        requests = [self.client.kernel.execute(f"Console.WriteLine({i});" if i % 50 == 0 else f"// {i}") for i in range(300)]
        for i, request in enumerate(requests):
            outputs = self.client.outputs(request)
            self.assertEqual(outputs, [("stream", {"name": "stdout", "text": f"{i}\n"})] if i % 50 == 0 else [])
            self.assertEqual(self.client.reply(request)["status"], "ok")

    def test_ten_megabytes_in_one_cell(self):
        reply, outputs = self.client.run('for (var i = 0; i < 100_000; i++) Console.WriteLine($"{i:D8} {new string(\'x\', 90)}");')
        self.assertEqual(reply["status"], "ok")
        self.assertEqual({(kind, content["name"]) for kind, content in outputs}, {("stream", "stdout")})
        lines = "".join(content["text"] for _, content in outputs).splitlines()
        self.assertEqual([int(line[:8]) for line in lines], list(range(100_000)))
        _, outputs = self.client.run('display(new string(\'y\', 10_000_000), "text/plain");')
        self.assertEqual(len(outputs[0][1]["data"]["text/plain"]), 10_000_000)

    def test_places_after_an_emoji(self):
        code = 'var s = "🙂🙂"; s.Leng'
        self.client.kernel.complete(code, len(code))
        reply = self.client.kernel.get_shell_msg(timeout=PATIENCE)["content"]
        self.assertIn("Length", reply["matches"])
        self.assertEqual(code[reply["cursor_start"]:reply["cursor_end"]], "Leng")

    def test_documentation(self):
        self.client.run("/// <summary>Twice.</summary>\nint Twice(int number) => 2 * number;")
        for code, expected in (("Twice(", "int Twice(int number)"), ("Console.WriteLine(", "standard output stream"), ("Math.Max", "Returns the larger")):
            self.client.kernel.inspect(code, len(code))
            reply = self.client.kernel.get_shell_msg(timeout=PATIENCE)["content"]
            self.assertTrue(reply["found"], code)
            self.assertIn(expected, reply["data"]["text/plain"])
        self.client.kernel.inspect("nothing_of_this_name", 5)
        self.assertFalse(self.client.kernel.get_shell_msg(timeout=PATIENCE)["content"]["found"])

    def test_foreign_directives_are_refused_by_name(self):
        reply, outputs = self.client.run("#!fsharp\nlet x = 1")
        self.assertIn("#!fsharp", reply["evalue"])
        self.assertEqual([kind for kind, _ in outputs], ["error"])

    def test_heartbeat(self):
        socket = zmq.Context.instance().socket(zmq.REQ)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"tcp://{self.client.manager.ip}:{self.client.manager.hb_port}")
        request = self.client.kernel.execute("System.Threading.Thread.Sleep(1000);")
        for _ in range(3):
            socket.send(b"ping")
            self.assertTrue(socket.poll(500), "no heartbeat while a cell runs")
            self.assertEqual(socket.recv(), b"ping")
        self.client.outputs(request)
        self.client.reply(request)

    def raw(self, channel):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"tcp://{self.client.manager.ip}:{getattr(self.client.manager, channel + '_port')}")
        return socket

    def frames(self, **header):
        session = self.client.kernel.session
        message = session.msg("kernel_info_request")
        message["header"].update(header)
        return session.serialize(message)

    def test_hostile_messages(self):
        good = self.frames()
        deep = b'{"code":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
        doubled = b'{"msg_type":"kernel_info_request","msg_id":"1","msg_id":"2"}'
        sign = self.client.kernel.session.sign
        hostile = [
            [b""], [b"x"], [b"<IDS|MSG>"], [b"", b"<IDS|MSG>"], good[:3], good[:-1],  # malformed
            [good[0], b"0" * 64, *good[2:]], [good[0], b"", *good[2:]],  # bad signatures
            [good[0], sign([b"\xff\xfe", *good[3:]]), b"\xff\xfe", *good[3:]],  # no UTF-8
            [good[0], sign([b"[]", *good[3:]]), b"[]", *good[3:]],  # no object
            [good[0], sign([b'{"msg_type":7}', *good[3:]]), b'{"msg_type":7}', *good[3:]],
            [good[0], sign([doubled, *good[3:]]), doubled, *good[3:]],
        ]
        unusable = [deep, b'{"value":5,"value":"a"}', b"\xff", b"[]"]  # of a request that is known
        for channel in ("shell", "control", "stdin"):
            socket = self.raw(channel)
            for frames in hostile:
                socket.send_multipart(frames)
            socket.send_multipart(self.frames(msg_type="make_coffee_request"))
            for content in unusable:
                request = self.frames()
                socket.send_multipart([request[0], sign(request[2:5] + [content]), *request[2:5], content])
                if channel != "stdin":
                    self.assertTrue(socket.poll(10_000), f"no answer on {channel} to {content[:30]}")
                    self.assertIn(b"BadRequest", socket.recv_multipart()[-1])
            if channel != "stdin":
                socket.send_multipart(self.frames())
                self.assertTrue(socket.poll(10_000), f"no answer on {channel} after hostile messages")
                self.assertIn(b"C#", socket.recv_multipart()[-1])
            socket.close()
        big = self.raw("shell")
        big.send(b"x" * (80 << 20))  # the kernel closes this connection
        big.close()
        time.sleep(0.3)
        self.drain()
        self.assertEqual(self.client.value("1 + 1"), "2")

    def drain(self):
        while True:  # what the strangers' good requests led to is theirs
            try:
                self.client.kernel.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                break


    def test_repeated_message(self):
        self.client.run("var runs = 0;")
        session = self.client.kernel.session
        recorded = session.serialize(session.msg("execute_request", {"code": "runs++;", "silent": True}))
        for channel in ("shell", "shell", "control"):
            socket = self.raw(channel)
            socket.send_multipart(recorded)
            socket.send_multipart(self.frames())
            self.assertTrue(socket.poll(10_000))
            socket.close()
        time.sleep(0.3)
        self.drain()
        self.assertEqual(self.client.value("runs"), "1")

    def test_deep_code(self):
        self.client.run("var kept = 5;")
        for code in ("(" * 20_000 + ")" * 20_000, "x" + "[" * 20_000, "!" * 20_000 + "true", "x" + ".x" * 20_000):
            request = self.client.kernel.is_complete(code)
            self.assertEqual(self.client.reply(request), {"status": "unknown"})
            reply, _ = self.client.run(code)
            self.assertIn("nested too deeply", reply["evalue"])
            self.assertEqual(self.client.value("kept"), "5")


class LifeTests(unittest.TestCase):
    def test_shutdown(self):
        client = Client()
        process = client.manager.provisioner.process
        request = client.kernel.shutdown(restart=False)
        reply = client.kernel.get_control_msg(timeout=PATIENCE)
        self.assertEqual((reply["parent_header"]["msg_id"], reply["content"]), (request, {"status": "ok", "restart": False}))
        self.assertEqual(process.wait(timeout=10), 0)
        client.close()

    def test_restart(self):
        client = Client()
        client.run("var lost = 1;")
        client.manager.restart_kernel(now=False)
        client.kernel.wait_for_ready(timeout=PATIENCE)
        self.assertEqual(client.value("1 + 1"), "2")
        reply, _ = client.run("lost")
        self.assertEqual(reply["ename"], "CompilationError")
        client.close()

    def test_a_cell_that_cannot_be_stopped_costs_its_variables(self):
        client = Client()
        client.run("var lost = 1;")
        request = client.kernel.execute('Console.WriteLine("begun"); try { } finally { while (true) { } }')
        while client.kernel.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
            pass
        client.manager.interrupt_kernel()
        reply = client.reply(request)
        self.assertIn("Variables are lost", reply["evalue"])
        self.assertIn("has not stopped yet", str(client.outputs(request)))
        self.assertEqual(client.value("1 + 1"), "2")
        self.assertEqual(client.run("lost")[0]["ename"], "CompilationError")
        client.close()

    def test_a_crash_costs_its_variables_and_not_the_kernel(self):
        client = Client()
        reply, _ = client.run("Environment.FailFast(\"on purpose\");")
        self.assertEqual(reply["ename"], "EngineDied")
        self.assertIn("SIGABRT", reply["evalue"])
        self.assertEqual(client.value("1 + 1"), "2")
        client.close()

    def test_it_ends_with_its_client(self):
        code = "import sys; from jupyter_client.manager import start_new_kernel as start; m, c = start(kernel_name=sys.argv[1]); print(m.provisioner.process.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        kernel = int(subprocess.run([sys.executable, "-c", code, KERNEL], capture_output=True, text=True, check=False).stdout)
        for _ in range(100):
            if not os.path.exists(f"/proc/{kernel}") or open(f"/proc/{kernel}/stat").read().split()[2] == "Z":
                return
            time.sleep(0.1)
        os.kill(kernel, signal.SIGKILL)
        self.fail("the kernel outlived its client by ten seconds")

    def test_a_listener_that_reads_nothing_holds_nobody_up(self):
        client = Client()
        deaf = zmq.Context.instance().socket(zmq.SUB)
        deaf.rcvhwm = 1
        deaf.subscribe(b"")
        deaf.connect(f"tcp://127.0.0.1:{client.manager.iopub_port}")
        begun = time.monotonic()
        reply, outputs = client.run("for (var i = 0; i < 3000; i++) (i + new string(' ', 10_000)).Display();")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual([int(content["data"]["text/plain"]) for _, content in outputs], list(range(3000)))  # who reads gets all of it
        waited = time.monotonic() - begun
        deaf.close(linger=0)
        self.assertGreater(waited, 10, "nothing was held up, so that the test shows nothing")
        begun = time.monotonic()
        _, outputs = client.run("for (var i = 0; i < 3000; i++) i.Display();")
        self.assertEqual(len(outputs), 3000)
        self.assertLess(time.monotonic() - begun, waited, "the one that went still costs time")
        client.close()

    def test_files_with_keys_are_private(self):
        client = Client()
        self.assertEqual(os.stat(client.manager.connection_file).st_mode & 0o077, 0)
        ports = {client.manager.shell_port, client.manager.iopub_port, client.manager.stdin_port, client.manager.control_port, client.manager.hb_port}
        listening = {}
        for line in open("/proc/net/tcp").read().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and int(address.split(":")[1], 16) in ports:
                listening[int(address.split(":")[1], 16)] = address.split(":")[0]
        self.assertEqual(listening, {port: "0100007F" for port in ports})  # 127.0.0.1
        client.close()


if __name__ == "__main__":
    loader = unittest.defaultTestLoader
    if len(sys.argv) > 2:
        suite = unittest.TestSuite(loader.loadTestsFromName(name, sys.modules[__name__]) for name in sys.argv[2:])
    else:
        suite = unittest.TestSuite([loader.loadTestsFromTestCase(CSharpClientTests), loader.loadTestsFromTestCase(LifeTests)])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    print(f"{result.testsRun} run, {len(result.skipped)} skipped, {len(result.failures) + len(result.errors)} failed")
    sys.exit(not result.wasSuccessful())
