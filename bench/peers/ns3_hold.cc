#include "bench/peers/ns3_hold.h"

#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/simulator.h>

#include <vector>

#include "bench/hold_model.h"

namespace violin::bench {
namespace {

class Ns3Hold final : public Engine {
 public:
  Ns3Hold(const std::string& scheduler, std::size_t pending)
      : owners_(pending, Owner{increments_, events_}) {
    ns3::Simulator::SetScheduler(ns3::ObjectFactory(scheduler));
    for (Owner& owner : owners_) {
      owner.schedule();
    }
  }
  ~Ns3Hold() override { ns3::Simulator::Destroy(); }

  void run_for(Duration d) override {
    ns3::Simulator::Stop(ns3::NanoSeconds(static_cast<std::uint64_t>(d.count())));
    ns3::Simulator::Run();
  }
  std::uint64_t items() const override { return events_; }

 private:
  struct Owner {
    HoldIncrements& increments;
    std::uint64_t& events;

    void schedule() {
      ns3::Simulator::Schedule(ns3::NanoSeconds(static_cast<std::uint64_t>(increments.next())),
                               &Owner::fire, this);
    }
    void fire() {
      ++events;
      schedule();
    }
  };

  HoldIncrements increments_;
  std::uint64_t events_ = 0;
  std::vector<Owner> owners_;
};

}  // namespace

bool has_ns3() { return true; }

std::unique_ptr<Engine> make_ns3_hold(const std::string& scheduler, std::size_t pending) {
  return std::make_unique<Ns3Hold>(scheduler, pending);
}

}  // namespace violin::bench
