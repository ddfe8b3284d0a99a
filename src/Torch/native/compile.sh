#!/bin/sh
# Compiles the bridge to libtorch: compile.sh FOLDER OUTPUT INCLUDE LIB. The build calls it; see Native.targets.
set -eu
folder=$1 output=$2 include=$3 lib=$4

compiler=${CXX:-g++}
command -v "$compiler" >/dev/null || {
    echo "error: no C++ compiler ($compiler). On Debian: apt-get install -y g++; see environment.md." >&2
    exit 1
}

# Two builds at once each write files of their own; the rename decides.
drafts=$output.$$
mkdir "$drafts"
trap 'rm -rf "$drafts"' EXIT

# Older Python wheels are built with the old std::string; a program that links to them must be too.
abi=1
if grep -q SourceLocationESs "$lib/libc10.so"; then abi=0; fi

# A library that nobody calls by name registers its operators when it is loaded, so it must not be dropped.
libraries="-ltorch -ltorch_cpu -lc10"
if [ -e "$lib/libtorch_cuda.so" ]; then libraries="$libraries -ltorch_cuda -lc10_cuda"; fi

# libtorch's parallel loops are templates: without OpenMP they run on one thread.
openmp=-fopenmp
echo 'int main() { return 0; }' >"$drafts/empty.cpp"
"$compiler" $openmp "$drafts/empty.cpp" -o "$drafts/empty" 2>/dev/null || openmp=

jobs=
for source in "$folder"/*.cpp; do
    "$compiler" -O3 -ffp-contract=fast $openmp -std=c++17 -w -fPIC -fvisibility=hidden -D_GLIBCXX_USE_CXX11_ABI=$abi \
        -I"$include" -I"$include/torch/csrc/api/include" -c "$source" -o "$drafts/$(basename "$source" .cpp).o" &
    jobs="$jobs $!"
done
for job in $jobs; do wait "$job"; done

"$compiler" $openmp -shared "$drafts"/*.o -o "$drafts/library" -L"$lib" -Wl,-rpath,"$lib" -Wl,--no-as-needed $libraries -ldl
mv "$drafts/library" "$output"
