"""Threads that decode the same structs for the first time, all at once."""

import subprocess
import sys

import pytest

CODE = """
import sys, threading
import msgspec
from actors.kernel import message
from supervisor.nodes import boot
boot.register_messages()
sys.setswitchinterval(1e-6)
classes = sorted(message._registry.values(), key=lambda cls: cls.__name__)
go = threading.Barrier(8)

def decode():
    go.wait()
    for cls in classes:
        fields = dict.fromkeys(cls.__struct_encode_fields__)
        data = msgspec.msgpack.encode(fields | {cls.__struct_config__.tag_field: cls.__struct_config__.tag})
        try:
            msgspec.msgpack.decode(data, type=cls)
        except msgspec.ValidationError:
            pass

threads = [threading.Thread(target=decode) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("alive", len(classes))
"""


@pytest.mark.parametrize("attempt", range(3))
def test_messages_that_many_threads_get_at_once_are_decoded(attempt: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "alive" in done.stdout
