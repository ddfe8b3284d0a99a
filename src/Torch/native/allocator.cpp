// Where libtorch's large tensors on the CPU lie. glibc gives each large block back to the system when it is freed, so every
// step of a loop pays anew for thousands of page faults and for the system's zeroing. Blocks here lie on huge pages where
// there are such, and wait for the next tensor of about their size.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

namespace {

constexpr size_t Huge = size_t(2) << 20;        // a huge page on x86-64, and a fair unit elsewhere
constexpr size_t Large = size_t(1) << 20;       // smaller tensors are glibc's
constexpr size_t Waiting = size_t(512) << 20;   // that may wait however little is in use

class Blocks {
public:
    void* take(size_t bytes) {
        const size_t size = (bytes + Huge - 1) / Huge * Huge;
        {
            std::lock_guard<std::mutex> hold(mutex_);
            auto found = by_size_.lower_bound(size);
            if (found != by_size_.end() && found->first <= size + size / 4) {
                const auto waiting = found->second;
                const Block block = *waiting;
                forget(found);
                return use(block);
            }
        }
        void* block = map(size);
        if (!block) { // what waits may be what is missing
            std::lock_guard<std::mutex> hold(mutex_);
            shrink(0);
            block = map(size);
        }
        TORCH_CHECK(block, "the system gave no memory for a tensor of ", bytes, " bytes");
        std::lock_guard<std::mutex> hold(mutex_);
        return use({block, size});
    }

    /// False for a pointer that is none of ours.
    bool give_back(void* block) {
        std::lock_guard<std::mutex> hold(mutex_);
        const auto found = used_.find(block);
        if (found == used_.end()) return false;
        const size_t size = found->second;
        used_.erase(found);
        in_use_ -= size;
        waiting_.push_front({block, size});
        by_size_.emplace(size, waiting_.begin());
        waiting_bytes_ += size;
        shrink(std::max(Waiting, in_use_));
        return true;
    }

private:
    struct Block { void* block; size_t size; };
    using BySize = std::multimap<size_t, std::list<Block>::iterator>;

    void* use(Block block) {
        used_[block.block] = block.size;
        in_use_ += block.size;
        return block.block;
    }

    void forget(BySize::iterator entry) {
        waiting_bytes_ -= entry->first;
        waiting_.erase(entry->second);
        by_size_.erase(entry);
    }

    /// The longest-waiting blocks go back to the system until no more than most wait.
    void shrink(size_t most) {
        while (waiting_bytes_ > most) {
            const Block oldest = waiting_.back();
            auto entry = by_size_.lower_bound(oldest.size);
            while (entry->second->block != oldest.block) ++entry;
            forget(entry);
            munmap(oldest.block, oldest.size);
        }
    }

    /// size bytes from a multiple of a huge page on.
    static void* map(size_t size) {
        char* whole = static_cast<char*>(mmap(nullptr, size + Huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (whole == MAP_FAILED) return nullptr;
        const size_t before = (Huge - reinterpret_cast<uintptr_t>(whole) % Huge) % Huge;
        if (before) munmap(whole, before);
        munmap(whole + before + size, Huge - before);
#ifdef MADV_HUGEPAGE
        madvise(whole + before, size, MADV_HUGEPAGE); // where the kernel has none, ordinary pages do
#endif
        return whole + before;
    }

    std::mutex mutex_;
    std::unordered_map<void*, size_t> used_;
    std::list<Block> waiting_; // the latest first
    BySize by_size_;
    size_t in_use_ = 0, waiting_bytes_ = 0;
};

Blocks& blocks() {
    static Blocks* instance = new Blocks(); // never destroyed: tensors may outlive it
    return *instance;
}

c10::Allocator* ordinary() { return c10::GetDefaultCPUAllocator(); }

void release(void* pointer) {
    if (!blocks().give_back(pointer)) ordinary()->raw_deleter()(pointer);
}

struct Allocator final : c10::Allocator {
    static c10::DataPtr get(size_t bytes) {
        if (bytes < Large) return ordinary()->allocate(bytes);
        void* block = blocks().take(bytes);
        return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
    }

    // libtorch 1.13 declares it const, later ones do not, and later ones ask for copy_data: what is not declared there is not used.
    c10::DataPtr allocate(size_t bytes) const { return get(bytes); }
    c10::DataPtr allocate(size_t bytes) { return get(bytes); }
    void copy_data(void* to, const void* from, size_t count) const { std::memcpy(to, from, count); }
    c10::DeleterFnPtr raw_deleter() const { return &release; }
};

Allocator allocator;

/// Smaller tensors stay with glibc, which shall keep their memory, too: in a thread of its own it would give back each block above 128 KiB.
void keep_small() {
#ifdef __GLIBC__
    if (std::getenv("MALLOC_MMAP_THRESHOLD_") || std::getenv("MALLOC_TRIM_THRESHOLD_")) return; // somebody has chosen
    mallopt(M_MMAP_THRESHOLD, int(4 * Large));
    mallopt(M_TRIM_THRESHOLD, int(256 * Large));
#endif
}

} // namespace

/// From now on tensors on the CPU lie here.
extern "C" __attribute__((visibility("default"))) void adr_torch_keep_memory() {
    keep_small();
    c10::SetCPUAllocator(&allocator, /*priority=*/1);
}
