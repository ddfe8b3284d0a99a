"""The safetensors file format, written and read by hand with the standard library alone.

A file is: the header's length as a little-endian uint64, the header as JSON (space-padded), then the tensors' bytes, little-endian,
in the order of their offsets and without gaps. The header maps each name to {"dtype", "shape", "data_offsets": [begin, end]} and may
hold a "__metadata__" object of strings.

    python3 safetensors_format.py FILE            prints what is in FILE as JSON: names, dtypes, shapes, values, metadata
"""
import array
import json
import struct
import sys

CODES = {"F64": "d", "F32": "f", "I64": "q", "I32": "i", "U8": "B", "BOOL": "B"}
SIZES = {"F64": 8, "F32": 4, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}


def write(path, tensors, metadata=None):
    """tensors: {name: (dtype, shape, flat list or bytes)}, written in the given order; metadata: {str: str}."""
    header, blobs, offset = {}, [], 0
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, values) in tensors.items():
        blob = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{CODES[dtype]}", *values)
        count = 1
        for length in shape:
            count *= length
        assert len(blob) == count * SIZES[dtype], f"{name}: {len(blob)} bytes for shape {shape} of {dtype}"
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """Returns ({name: (dtype, shape, flat list)}, metadata); checks every rule that a reader may rely on."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length].decode("utf-8"))
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(value, str) for value in metadata.values()), "metadata values must be strings"
    body, tensors, expected = data[8 + length:], {}, 0
    for name, entry in sorted(header.items(), key=lambda pair: pair[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == expected, f"{name} begins at {begin}, the one before ends at {expected}"
        count = 1
        for size in entry["shape"]:
            count *= size
        assert end - begin == count * SIZES[entry["dtype"]], f"{name}: {end - begin} bytes for shape {entry['shape']}"
        values = array.array(CODES[entry["dtype"]])
        values.frombytes(body[begin:end])
        if sys.byteorder == "big":
            values.byteswap()
        tensors[name] = (entry["dtype"], entry["shape"], values.tolist())
        expected = end
    assert expected == len(body), f"{len(body) - expected} bytes after the last tensor"
    return tensors, metadata


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found, notes = read(sys.argv[1])
    print(json.dumps({"metadata": notes,
                      "tensors": {name: {"dtype": d, "shape": s, "values": v} for name, (d, s, v) in found.items()}}))
