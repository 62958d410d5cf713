// The scoreboard against RFC 6675's own definitions, which sum over every octet of the window.
#include "models/vhost/tcp_sack.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace violin {
namespace {

constexpr std::int64_t kMss = 10;

// RFC 6675 section 4 word by word, over a flag per octet.
class Reference {
 public:
  TcpPosition una = 0;
  TcpPosition nxt = 0;
  TcpPosition high_rxt = 0;  // one past

  void send(TcpPosition end) {
    nxt = end;
    sacked_.resize(static_cast<std::size_t>(nxt), false);
  }
  void sack(TcpRange r) {
    for (TcpPosition p = r.begin; p < r.end; ++p) {
      sacked_[static_cast<std::size_t>(p)] = true;
    }
  }
  bool sacked(TcpPosition p) const { return sacked_[static_cast<std::size_t>(p)]; }

  bool is_lost(TcpPosition p) const {
    int runs = 0;
    std::int64_t bytes = 0;
    for (TcpPosition q = p + 1; q < nxt; ++q) {
      if (sacked(q)) {
        ++bytes;
        runs += sacked(q - 1) ? 0 : 1;
      }
    }
    return runs >= 3 || bytes > 2 * kMss;
  }
  std::int64_t pipe() const {
    std::int64_t pipe = 0;
    for (TcpPosition p = una; p < nxt; ++p) {
      if (!sacked(p)) {
        pipe += is_lost(p) ? 0 : 1;
        pipe += p < high_rxt ? 1 : 0;
      }
    }
    return pipe;
  }
  // Rule 1 of NextSeg: where the next retransmission begins.
  std::optional<TcpPosition> next_lost() const {
    for (TcpPosition p = std::max(una, high_rxt); p < nxt; ++p) {
      if (!sacked(p) && is_lost(p)) {
        return p;
      }
    }
    return std::nullopt;
  }

 private:
  std::vector<bool> sacked_;
};

// A receiver that gets most segments reports what it has; the sender answers as RFC 6675 says.
void compare_with_reference(std::uint64_t seed) {
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  TcpScoreboard board;
  Reference reference;
  for (int step = 0; step < 150; ++step) {
    const std::uint64_t what = random() % 8;
    const std::int64_t segments = (reference.nxt - reference.una) / kMss;
    if (what < 3 || segments == 0) {
      board.send(reference.nxt + kMss);
      reference.send(reference.nxt + kMss);
    } else if (what < 6) {
      const auto at = reference.una + kMss * static_cast<TcpPosition>(
                                                 random() % static_cast<std::uint64_t>(segments));
      const TcpRange block{at, std::min(reference.nxt, at + kMss * (1 + step % 3))};
      if (block.begin > reference.una) {
        board.sack(block);
        reference.sack(block);
        board.find_losses(kMss);
      }
    } else if (what == 6) {
      auto gap = board.next_lost();
      if (gap) {
        gap->end = std::min(gap->end, gap->begin + kMss);
        board.retransmit(*gap);
        reference.high_rxt = gap->end;
      }
    } else {
      TcpPosition to = reference.una + kMss;
      while (to < reference.nxt && reference.sacked(to)) {
        to += kMss;
      }
      board.acknowledge(to);
      reference.una = to;
    }
    ASSERT_EQ(board.pipe(), reference.pipe()) << "step " << step;
    const auto next = board.next_lost();
    ASSERT_EQ(next ? std::optional(next->begin) : std::nullopt, reference.next_lost())
        << "step " << step;
  }
}

TEST(TcpScoreboard, PipeAndNextSegmentAreThoseOfRfc6675) {
  for (std::uint64_t seed = 1; seed <= 200 && !testing::Test::HasFailure(); ++seed) {
    compare_with_reference(seed);
  }
}

TEST(TcpScoreboard, IgnoresBlocksOfWhatWasNeverSentOrIsAcknowledged) {
  TcpScoreboard board;
  board.send(100);
  board.acknowledge(50);
  EXPECT_EQ(board.sack({90, 110}), 0);
  EXPECT_EQ(board.sack({10, 40}), 0);
  EXPECT_EQ(board.sack({80, 70}), 0);
  EXPECT_EQ(board.sack({40, 60}), 10);
}

TEST(TcpScoreboard, ForgetsBlocksThatTheReceiverReneged) {  // RFC 2018 section 8
  TcpScoreboard board;
  board.send(100);
  board.sack({10, 20});
  board.acknowledge(10);
  board.mark_all_lost();
  EXPECT_EQ(board.next_lost(), (TcpRange{10, 100}));
}

}  // namespace
}  // namespace violin
