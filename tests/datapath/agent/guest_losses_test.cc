#include "datapath/agent/guest_losses.h"

#include <gtest/gtest.h>

namespace violin {
namespace {

// 100 frames went to a guest, 30 came from it.
Ledger port_books() {
  Ledger books;
  books.in = books.consumed = 100;
  books.originated = books.out = 30;
  return books;
}

TEST(GuestLosses, WhatTheGuestsSocketLostIsDroppedInPlaceOfConsumed) {
  Ledger books = port_books();
  book_losses({.socket_overruns = 5}, {.socket_overruns = 12}, books);
  EXPECT_EQ(books.drops(Drop::kSocketOverrun), 7U);
  EXPECT_EQ(books.consumed, 93U);
  EXPECT_EQ(books.originated, 30U);
  EXPECT_TRUE(books.balances(0));
}

TEST(GuestLosses, TheGuestsOwnDropsHaveReasonsOfTheirOwn) {
  Ledger books = port_books();
  book_losses({}, {.rx_drops = 4, .tx_drops = 3}, books);
  EXPECT_EQ(books.drops(Drop::kUnsupported), 4U);
  EXPECT_EQ(books.drops(Drop::kQueueFull), 3U);
  EXPECT_EQ(books.consumed, 96U);
  EXPECT_EQ(books.originated, 33U);
  EXPECT_TRUE(books.balances(0));
}

TEST(GuestLosses, WhatWasLostBeyondWhatWasSentCameFromStrangers) {
  Ledger books = port_books();
  book_losses({}, {.socket_overruns = 1000}, books);
  EXPECT_EQ(books.drops(Drop::kSocketOverrun), 1000U);
  EXPECT_EQ(books.consumed, 0U);
  EXPECT_TRUE(books.balances(0));
}

TEST(GuestLosses, NothingIsCountedTwiceAndNothingOfCountersThatWentBack) {
  Ledger books = port_books();
  const uml::VNicCounters counters{.rx_drops = 2, .tx_drops = 2, .socket_overruns = 2};
  book_losses(counters, counters, books);
  book_losses(counters, {}, books);
  EXPECT_EQ(books.total_drops(), 0U);
  EXPECT_TRUE(books.balances(0));
}

}  // namespace
}  // namespace violin
