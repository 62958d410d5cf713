#include "datapath/reactor/reactor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <thread>

namespace violin {
namespace {

using namespace std::chrono_literals;

struct Alarm {
  Alarm(Kernel& kernel, EventOrigin& origin, std::function<void()> then)
      : rings(std::move(then)), timer(Timer::calling<&Alarm::ring>(kernel, origin, *this)) {}
  void ring() { rings(); }
  std::function<void()> rings;
  Timer timer;
};

class LiveKernel : public ::testing::Test {
 protected:
  explicit LiveKernel(const ReactorOptions& options = {}) {
    auto reactor = std::make_unique<Reactor>(options);
    reactor_ = reactor.get();
    kernel_.go_live(std::move(reactor));
  }

  Kernel kernel_;
  EventOrigin origin_{kernel_};
  Reactor* reactor_;
};

class SpinningKernel : public LiveKernel {
 protected:
  SpinningKernel() : LiveKernel({.spin = 200us}) {}
};

// A pair of connected sockets, of which the kernel watches the first.
struct Pipe : ReactorSource {
  explicit Pipe(Reactor& reactor) : reactor_(reactor) {
    std::array<int, 2> fds{};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
      throw_errno("socketpair");
    }
    near = FileDescriptor(fds[0]);
    far = FileDescriptor(fds[1]);
    reactor.watch(near.get(), *this);
  }
  ~Pipe() override {
    if (near) {
      reactor_.forget(near.get());
    }
  }
  void on_readable(TimePoint now) override {
    std::array<char, 16> bytes{};
    if (::read(near.get(), bytes.data(), bytes.size()) > 0) {
      read_at.push_back(now);
    }
    if (then) {
      then();
    }
  }
  void on_writable(TimePoint /*now*/) override {
    ++writable;
    reactor_.want_writable(near.get(), false);
  }
  void write() const { ASSERT_EQ(::write(far.get(), "x", 1), 1); }

  Reactor& reactor_;
  FileDescriptor near;
  FileDescriptor far;
  std::vector<TimePoint> read_at;
  std::function<void()> then;
  int writable = 0;
};

void wait_for_the_time(LiveKernel& /*test*/, Kernel& kernel, EventOrigin& origin,
                       Reactor& reactor) {
  TimePoint rung{};
  Alarm alarm(kernel, origin, [&] { rung = kernel.now(); });
  alarm.timer.arm_after(20ms);
  const TimePoint start = kernel.now();
  kernel.run_until(start + 30ms);
  EXPECT_GE(rung, start + 20ms);
  EXPECT_GE(kernel.now(), start + 30ms);
  EXPECT_GE(reactor.now(), start + 30ms);
  EXPECT_EQ(reactor.lateness().count(), 1U);
}

TEST_F(LiveKernel, WaitsForTheTimeAndRecordsLateness) {
  wait_for_the_time(*this, kernel_, origin_, *reactor_);
}

TEST_F(SpinningKernel, WaitsForTheTimeAndRecordsLateness) {
  wait_for_the_time(*this, kernel_, origin_, *reactor_);
}

TEST_F(LiveKernel, ContinuesFromWhereVirtualTimeStood) {
  Kernel kernel;
  EventOrigin origin(kernel);
  TimePoint rung{};
  Alarm alarm(kernel, origin, [&] { rung = kernel.now(); });
  alarm.timer.arm(kRunStart + 1h + 5ms);
  kernel.run_until(kRunStart + 1h);
  kernel.go_live(std::make_unique<Reactor>());
  const auto begun = std::chrono::steady_clock::now();
  kernel.run_until(kRunStart + 1h + 10ms);
  EXPECT_GE(rung, kRunStart + 1h + 5ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST_F(LiveKernel, ServesADescriptorAtTheKernelsTime) {
  Pipe pipe(*reactor_);
  pipe.then = [&] { kernel_.stop(); };
  pipe.write();
  kernel_.run_until(kernel_.now() + 10s);
  ASSERT_EQ(pipe.read_at.size(), 1U);
  EXPECT_EQ(pipe.read_at[0], kernel_.now());
}

TEST_F(LiveKernel, ASourceThatLeavesSomethingIsToldAgain) {
  Pipe pipe(*reactor_);
  pipe.write();
  pipe.write();
  pipe.write();
  pipe.then = [&] {
    if (pipe.read_at.size() == 3) {
      kernel_.stop();
    }
  };
  kernel_.run_until(kernel_.now() + 10s);
  EXPECT_EQ(pipe.read_at.size(), 3U);
}

TEST_F(LiveKernel, TellsOfRoomToWriteOnlyWhileAsked) {
  Pipe pipe(*reactor_);
  kernel_.run_until(kernel_.now() + 1ms);
  EXPECT_EQ(pipe.writable, 0);
  reactor_->want_writable(pipe.near.get(), true);
  kernel_.run_until(kernel_.now() + 5ms);
  EXPECT_EQ(pipe.writable, 1);
}

TEST_F(LiveKernel, ASourceMayForgetAnotherThatIsReadyToo) {
  Pipe first(*reactor_);
  Pipe second(*reactor_);
  const auto forget_other = [&](Pipe& other) {
    if (other.near) {
      reactor_->forget(other.near.get());
      other.near.reset();
    }
  };
  first.then = [&] { forget_other(second); };
  second.then = [&] { forget_other(first); };
  first.write();
  second.write();
  kernel_.run_until(kernel_.now() + 5ms);
  EXPECT_EQ(first.read_at.size() + second.read_at.size(), 1U);
}

TEST_F(LiveKernel, RunsWhatOtherThreadsPostInTheirOrder) {
  std::vector<int> done;
  std::jthread other([&] {
    for (int i = 0; i < 1000; ++i) {
      reactor_->post([&done, i] { done.push_back(i); });
    }
    reactor_->post([&] { kernel_.stop(); });
  });
  kernel_.run();
  ASSERT_EQ(done.size(), 1000U);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
  }
}

// Each is posted while the one before is about to be done with: no wake-up may be lost between.
TEST_F(LiveKernel, WakesUpForEachOfManyPosts) {
  constexpr int kPosts = 20'000;
  std::atomic<int> done = 0;
  std::jthread other([&] {
    for (int i = 0; i < kPosts; ++i) {
      reactor_->post([&done] { done.fetch_add(1); });
      while (done.load() < i) {  // the last one may still wait
        std::this_thread::yield();
      }
    }
    reactor_->post([&] { kernel_.stop(); });
  });
  kernel_.run();
  EXPECT_EQ(done.load(), kPosts);
}

struct CountingFlusher : Flusher {
  void flush(TimePoint now) override { flushed_at.push_back(now); }
  std::vector<TimePoint> flushed_at;
};

TEST_F(LiveKernel, FlushesOnceAtTheEndOfTheRoundThatAskedForIt) {
  CountingFlusher flusher;
  Pipe pipe(*reactor_);
  std::size_t flushed_before = 99;
  pipe.then = [&] {
    flushed_before = flusher.flushed_at.size();
    if (pipe.read_at.size() == 1) {
      reactor_->flush_later(flusher);
    }
  };
  pipe.write();
  kernel_.run_until(kernel_.now() + 5ms);
  EXPECT_EQ(flushed_before, 0U);
  EXPECT_EQ(flusher.flushed_at.size(), 1U);
}

TEST_F(LiveKernel, AForgottenFlusherIsNotCalled) {
  CountingFlusher flusher;
  reactor_->flush_later(flusher);
  reactor_->forget(flusher);
  kernel_.run_until(kernel_.now() + 1ms);
  EXPECT_TRUE(flusher.flushed_at.empty());
}

TEST_F(LiveKernel, TimersGoOnUnderAFloodOfFrames) {
  Pipe pipe(*reactor_);
  pipe.then = [&] { pipe.write(); };  // always ready
  pipe.write();
  int rung = 0;
  Alarm alarm(kernel_, origin_, [&] {
    if (++rung == 5) {
      kernel_.stop();
    } else {
      alarm.timer.arm_after(1ms);
    }
  });
  alarm.timer.arm_after(1ms);
  kernel_.run_until(kernel_.now() + 20s);
  EXPECT_EQ(rung, 5);
}

}  // namespace
}  // namespace violin
