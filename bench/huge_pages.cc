#include "bench/huge_pages.h"

#include <sys/mman.h>

#include <memory>
#include <new>

namespace violin::bench {

namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;
}

HugePages::HugePages(std::size_t size) : mapped_(size + kHugePage) {
  void* mapped = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    throw std::bad_alloc();
  }
  region_ = static_cast<std::byte*>(mapped);
  end_ = region_ + mapped_;
  std::size_t space = mapped_;
  next_ = static_cast<std::byte*>(std::align(kHugePage, size, mapped, space));
  madvise(next_, size, MADV_HUGEPAGE);  // a wish: without it the same runs slower
}

HugePages::~HugePages() { munmap(region_, mapped_); }

void* HugePages::do_allocate(std::size_t size, std::size_t alignment) {
  void* at = next_;
  auto space = static_cast<std::size_t>(end_ - next_);
  if (std::align(alignment, size, at, space) == nullptr) {
    throw std::bad_alloc();
  }
  next_ = static_cast<std::byte*>(at) + size;
  return at;
}

}  // namespace violin::bench
