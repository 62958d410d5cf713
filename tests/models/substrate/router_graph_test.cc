#include "models/substrate/router_graph.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace violin {
namespace {

using namespace std::chrono_literals;

Router named(const char* name) { return {name, std::nullopt, {}}; }

SubstrateLink joining(RouterId from, RouterId to) {
  SubstrateLink link;
  link.from = from;
  link.to = to;
  link.delay = 1ms;
  return link;
}

class TwoRouters : public testing::Test {
 protected:
  RouterGraph graph_;
  RouterId a_ = graph_.add_router(named("a"));
  RouterId b_ = graph_.add_router(named("b"));
};

TEST_F(TwoRouters, AreFoundByName) {
  EXPECT_EQ(graph_.find("b"), b_);
  EXPECT_EQ(graph_.find("c"), std::nullopt);
}

TEST_F(TwoRouters, HaveDifferentNames) {
  EXPECT_THROW(graph_.add_router(named("a")), std::invalid_argument);
  EXPECT_THROW(graph_.add_router(named("")), std::invalid_argument);
}

TEST_F(TwoRouters, AreJoinedByACableOfTwoLinksThatKnowEachOther) {
  const SubstrateLinkId there = graph_.add_cable(joining(a_, b_));
  const auto back = graph_.find_link(b_, a_);
  ASSERT_TRUE(back);
  EXPECT_EQ(graph_.link(there).reverse, back);
  EXPECT_EQ(graph_.link(*back).reverse, there);
  EXPECT_EQ(graph_.link(*back).delay, 1ms);
}

TEST_F(TwoRouters, RefuseALinkThatCannotBe) {
  SubstrateLink link = joining(a_, RouterId{7});
  EXPECT_THROW(graph_.add_link(link), std::invalid_argument);
  link = joining(a_, b_);
  link.delay = -1ns;
  EXPECT_THROW(graph_.add_link(link), std::invalid_argument);
  link = joining(a_, b_);
  link.loss = 1.5;
  EXPECT_THROW(graph_.add_link(link), std::invalid_argument);
  link = joining(a_, b_);
  link.weight = kMaxWeight + 1;
  EXPECT_THROW(graph_.add_link(link), std::invalid_argument);
  EXPECT_TRUE(graph_.links().empty());
}

TEST_F(TwoRouters, RefuseToMakeACableOfTwoLinksInOneDirection) {
  const SubstrateLinkId one = graph_.add_link(joining(a_, b_));
  const SubstrateLinkId two = graph_.add_link(joining(a_, b_));
  EXPECT_THROW(graph_.join(one, two), std::logic_error);
}

TEST_F(TwoRouters, AdvanceTheTopologyOnlyByWhatLeadsPathsElsewhere) {
  const SubstrateLinkId link = graph_.add_link(joining(a_, b_));
  const std::uint64_t before = graph_.topology_version();
  graph_.set_link_loss(link, 0.1);
  graph_.set_link_capacity(link, BitRate::mbps(1));
  graph_.set_link_weight(link, 7);  // paths follow the delay here
  EXPECT_EQ(graph_.topology_version(), before);
  graph_.set_link_delay(link, 2ms);
  graph_.set_link_up(link, false);
  EXPECT_EQ(graph_.topology_version(), before + 2);
}

}  // namespace
}  // namespace violin
