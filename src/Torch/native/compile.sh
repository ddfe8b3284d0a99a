#!/bin/sh
# Compiles the bridge to libtorch: compile.sh SOURCE OUTPUT INCLUDE LIB. The build calls it; see Native.targets.
set -eu
source=$1 output=$2 include=$3 lib=$4

compiler=${CXX:-g++}
command -v "$compiler" >/dev/null || {
    echo "error: no C++ compiler ($compiler). On Debian: apt-get install -y g++; see environment.md." >&2
    exit 1
}

# Older Python wheels are built with the old std::string; a program that links to them must be too.
abi=1
if grep -q SourceLocationESs "$lib/libc10.so"; then abi=0; fi

# A library that nobody calls by name registers its operators when it is loaded, so it must not be dropped.
libraries="-ltorch -ltorch_cpu -lc10"
if [ -e "$lib/libtorch_cuda.so" ]; then libraries="$libraries -ltorch_cuda -lc10_cuda"; fi

# Two builds at once each write a file of their own; the rename decides.
draft=$output.$$
trap 'rm -f "$draft"' EXIT
"$compiler" -O2 -std=c++17 -w -fPIC -shared -fvisibility=hidden -D_GLIBCXX_USE_CXX11_ABI=$abi \
    -I"$include" -I"$include/torch/csrc/api/include" \
    "$source" -o "$draft" \
    -L"$lib" -Wl,-rpath,"$lib" -Wl,--no-as-needed $libraries -ldl
mv "$draft" "$output"
