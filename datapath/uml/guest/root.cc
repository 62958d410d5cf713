#include "datapath/uml/guest/root.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "datapath/uml/guest/failure.h"

namespace violin::uml {

namespace {

constexpr const char* kNewRoot = "/new-root";

void make_directory(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    if (mkdir(path.substr(0, end).c_str(), 0755) != 0 && errno != EEXIST) {
      fail("cannot make the directory " + path);
    }
    if (end == std::string::npos) {
      return;
    }
  }
}

void mount_at(const std::string& target, const char* type, unsigned long flags = 0,
              const char* options = nullptr) {
  if (mount(type, target.c_str(), type, flags, options) != 0) {
    fail("cannot mount " + std::string(type) + " at " + target);
  }
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Not an error where the kernel has it built in: then mounting tells.
void load_overlay(const std::string& modules) {
  utsname name{};
  uname(&name);
  const std::string path =
      "/host" + modules + "/" + name.release + "/kernel/fs/overlayfs/overlay.ko";
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST) {
      fail("cannot load the guest kernel's module " + path);
    }
    close(fd);
  }
}

void move_into_new_root(const char* path) {
  const std::string target = std::string(kNewRoot) + path;
  mkdir(target.c_str(), 0755);
  if (mount(path, target.c_str(), nullptr, MS_MOVE, nullptr) != 0) {
    fail("cannot move " + std::string(path) + " into the new root");
  }
}

void enter_new_root() {
  for (const char* path : {"/proc", "/sys", "/dev"}) {
    move_into_new_root(path);
  }
  if (chdir(kNewRoot) != 0 || mount(".", "/", nullptr, MS_MOVE, nullptr) != 0 || chroot(".") != 0 ||
      chdir("/") != 0) {
    fail("cannot enter the new root");
  }
}

// Waits for children to end, whoever they were; whether all did within the time.
bool reap_all(int milliseconds) {
  for (; milliseconds > 0; milliseconds -= 10) {
    pid_t ended = 0;
    while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (ended < 0) {
      return true;
    }
    poll(nullptr, 0, 10);
  }
  return false;
}

}  // namespace

void mount_kernel_file_systems() {
  for (const char* path : {"/proc", "/sys", "/dev"}) {
    mkdir(path, 0755);
  }
  mount_at("/proc", "proc");
  mount_at("/sys", "sysfs");
  if (mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr) != 0 && errno != EBUSY) {
    fail("cannot mount devtmpfs at /dev");
  }
  make_directory("/dev/pts");
  mount_at("/dev/pts", "devpts", 0, "mode=0620,ptmxmode=0666,gid=5");
  make_directory("/dev/shm");
  mount_at("/dev/shm", "tmpfs", 0, "mode=1777");
  constexpr std::array<std::array<const char*, 2>, 4> kLinks = {
      {{"/proc/self/fd", "/dev/fd"},
       {"/proc/self/fd/0", "/dev/stdin"},
       {"/proc/self/fd/1", "/dev/stdout"},
       {"/proc/self/fd/2", "/dev/stderr"}}};
  for (const auto& [target, path] : kLinks) {
    if (symlink(target, path) != 0 && errno != EEXIST) {
      fail("cannot make " + std::string(path));
    }
  }
}

void mount_host_directory(const std::string& directory, const std::string& target, bool read_only) {
  make_directory(target);
  const unsigned long flags = read_only ? MS_RDONLY : 0;
  if (mount("none", target.c_str(), "hostfs", flags, directory.c_str()) != 0) {
    fail("cannot mount the host's directory " + directory + " at " + target);
  }
}

void enter_host_root(const std::string& modules) {
  mount_host_directory("/", "/host", true);
  load_overlay(modules);
  make_directory("/written");
  mount_at("/written", "tmpfs", 0, "mode=0755");
  make_directory("/written/files");
  make_directory("/written/work");
  make_directory(kNewRoot);
  mount_at(kNewRoot, "overlay", 0, "lowerdir=/host,upperdir=/written/files,workdir=/written/work");
  for (const char* path : {"/tmp", "/var/tmp", "/run"}) {
    const std::string target = std::string(kNewRoot) + path;
    if (exists(target)) {
      mount_at(target, "tmpfs", 0, std::string(path) == "/run" ? "mode=0755" : "mode=1777");
    }
  }
  enter_new_root();
}

void enter_disk_root(const std::string& device) {
  make_directory(kNewRoot);
  if (mount(device.c_str(), kNewRoot, "ext4", 0, nullptr) != 0) {
    fail("cannot mount the disk " + device);
  }
  enter_new_root();
  for (const char* path : {"/tmp", "/run"}) {
    if (exists(path)) {
      mount_at(path, "tmpfs", 0, std::string(path) == "/run" ? "mode=0755" : "mode=1777");
    }
  }
}

void mount_modules(const std::string& modules) {
  // /lib is a link to usr/lib in today's systems.
  mount_host_directory(modules, exists("/usr/lib") ? "/usr/lib/modules" : "/lib/modules", true);
}

void power_off() {
  if (getpid() != 1) {
    _exit(0);  // let go by the guest's kernel: what follows would be for the host
  }
  kill(-1, SIGTERM);
  kill(-1, SIGCONT);
  if (!reap_all(1000)) {
    kill(-1, SIGKILL);
    reap_all(1000);
  }
  sync();
  mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr);
  reboot(RB_POWER_OFF);
  _exit(0);  // the kernel would panic, which ends the guest as well
}

}  // namespace violin::uml
