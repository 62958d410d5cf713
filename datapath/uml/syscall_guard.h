// Keeps the code inside a guest from ever calling this host's kernel.
//
// A guest's processes are processes of the host whose system calls the guest's kernel intercepts
// (ptrace). When that kernel is killed, they are let go, and what they were doing goes on as
// ordinary programs of the host, with its owner's rights, until they are killed too. So the guest
// kernel is started under a filter (seccomp(2)) that ends any process which makes a system call
// from where only the guest's programs are:
//
//   0 ............ 0x60000000 .. 0x61000000 ............. 0x7fc0000000 .................... top
//     guest's code   the kernel   guest's code               stub of the kernel, host's libraries
//
// Intercepted calls are never seen by the filter. The addresses are those of the x86-64 kernel
// (arch/um/Makefile-x86's START, arch/x86/um/os-Linux/task_size.c). It keeps from accidents, not
// from programs that map their code where the kernel is and wait for it to die.
#pragma once

namespace violin::uml {

// For this process and those it starts, for ever; also no set-user-ID programs from now on. 0, or
// errno. Async-signal-safe: for a child between fork(2) and exec(2).
int guard_system_calls();

}  // namespace violin::uml
