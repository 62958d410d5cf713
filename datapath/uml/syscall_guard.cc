#include "datapath/uml/syscall_guard.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace violin::uml {

namespace {

constexpr std::uint32_t kKernelBegin = 0x6000'0000;
constexpr std::uint32_t kKernelEnd = 0x6100'0000;
constexpr std::uint32_t kGuestTopHigh = 0x7f;  // 0x7f'c000'0000
constexpr std::uint32_t kGuestTopLow = 0xc000'0000;

constexpr std::uint32_t kPointer = offsetof(seccomp_data, instruction_pointer);

constexpr sock_filter load(std::uint32_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}
constexpr sock_filter jump(std::uint16_t condition, std::uint32_t value, std::uint8_t if_so,
                           std::uint8_t if_not) {
  return {static_cast<std::uint16_t>(BPF_JMP | condition | BPF_K), if_so, if_not, value};
}
constexpr sock_filter verdict(std::uint32_t action) { return {BPF_RET | BPF_K, 0, 0, action}; }

}  // namespace

int guard_system_calls() {
  static constexpr std::array kFilter = {
      load(offsetof(seccomp_data, arch)),
      jump(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 8),
      load(kPointer + 4),
      jump(BPF_JGT, kGuestTopHigh, 7, 0),
      jump(BPF_JEQ, kGuestTopHigh, 0, 2),
      load(kPointer),
      jump(BPF_JGE, kGuestTopLow, 4, 3),
      jump(BPF_JEQ, 0, 0, 2),
      load(kPointer),
      jump(BPF_JGE, kKernelBegin, 2, 0),
      verdict(SECCOMP_RET_KILL_PROCESS),
      verdict(SECCOMP_RET_ALLOW),
      jump(BPF_JGE, kKernelEnd, 0, 1),
      verdict(SECCOMP_RET_KILL_PROCESS),
      verdict(SECCOMP_RET_ALLOW),
  };
  sock_fprog program{};
  program.len = kFilter.size();
  program.filter = const_cast<sock_filter*>(kFilter.data());
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) !=
          0) {
    return errno;
  }
  return 0;
}

}  // namespace violin::uml
