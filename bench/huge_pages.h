// Memory in pages of 2 MiB where the machine grants them (madvise): with a million timers a random
// one costs a TLB miss otherwise.
#pragma once

#include <cstddef>
#include <memory_resource>

namespace violin::bench {

// Hands out one region from its beginning; gives everything back when it goes. Throws
// std::bad_alloc beyond its size.
class HugePages final : public std::pmr::memory_resource {
 public:
  explicit HugePages(std::size_t size);
  HugePages(const HugePages&) = delete;
  HugePages& operator=(const HugePages&) = delete;
  ~HugePages() override;

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* /*at*/, std::size_t /*size*/, std::size_t /*alignment*/) override {}
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t mapped_;
  std::byte* region_;
  std::byte* next_;
  std::byte* end_;
};

}  // namespace violin::bench
