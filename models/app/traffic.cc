#include "models/app/traffic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/app/flow_header.h"
#include "models/vhost/udp_socket.h"

namespace violin {
namespace {

std::uint32_t checked_size(std::uint32_t size) {
  if (size < FlowHeader::kSize || size > UdpSocket::kMaxPayload) {
    throw std::invalid_argument("a datagram's payload of " + std::to_string(size) +
                                " bytes is not in 24..65507");
  }
  return size;
}

Duration checked_positive(Duration d, const char* what) {
  if (d <= Duration::zero()) {
    throw std::invalid_argument(std::string(what) + " of " + to_string(d) + " is not positive");
  }
  return d;
}

PeriodLength checked_period(const PeriodLength& period) {
  checked_positive(period.mean, "a mean period");
  if (period.kind == PeriodLength::Kind::kPareto && !(period.shape > 1)) {
    throw std::invalid_argument("a Pareto distribution has a mean only if its shape is above 1");
  }
  return period;
}

// 1 - U, in (0, 1].
double complement(RandomStream& random) { return 1.0 - random.uniform(); }

}  // namespace

ConstantTraffic::ConstantTraffic(std::uint32_t size, Duration interval)
    : size_(checked_size(size)), interval_(checked_positive(interval, "an interval")) {}

ConstantTraffic::ConstantTraffic(std::uint32_t size, BitRate rate)
    : size_(checked_size(size)), rate_(rate) {}

std::optional<Emission> ConstantTraffic::next() {
  if (!std::exchange(started_, true)) {
    return Emission{Duration::zero(), size_};
  }
  return Emission{rate_ ? pace_.next(Bytes{size_}, *rate_) : interval_, size_};
}

PoissonTraffic::PoissonTraffic(std::uint32_t size, Duration mean_interval,
                               const RandomStream& random)
    : size_(checked_size(size)),
      mean_s_(to_seconds(checked_positive(mean_interval, "a mean interval"))),
      random_(random) {}

std::optional<Emission> PoissonTraffic::next() {
  return Emission{from_seconds(-std::log(complement(random_)) * mean_s_), size_};
}

Duration PeriodLength::draw(RandomStream& random) const {
  const double mean_s = to_seconds(mean);
  switch (kind) {
    case Kind::kConstant:
      return mean;
    case Kind::kExponential:
      return from_seconds(-std::log(complement(random)) * mean_s);
    case Kind::kPareto:
      return from_seconds(mean_s * (shape - 1) / shape *
                          std::pow(complement(random), -1.0 / shape));
  }
  return mean;
}

OnOffTraffic::OnOffTraffic(std::uint32_t size, BitRate rate, PeriodLength on, PeriodLength off,
                           const RandomStream& random)
    : size_(checked_size(size)),
      rate_(rate),
      on_(checked_period(on)),
      off_(checked_period(off)),
      random_(random),
      left_(on_.draw(random_)) {}

std::optional<Emission> OnOffTraffic::next() {
  Duration wanted = pace_.next(Bytes{size_}, rate_);  // of on time
  Duration after{};
  while (wanted > left_) {
    wanted -= left_;
    after += left_ + off_.draw(random_);
    left_ = on_.draw(random_);
  }
  left_ -= wanted;
  return Emission{after + wanted, size_};
}

TraceTraffic::TraceTraffic(std::vector<Point> points) : points_(std::move(points)) {
  for (const Point& point : points_) {
    checked_size(point.size);
  }
  if (!std::ranges::is_sorted(points_, {}, &Point::at) ||
      (!points_.empty() && points_.front().at < Duration::zero())) {
    throw std::invalid_argument("the times of a traffic trace never fall, nor below 0");
  }
}

std::optional<Emission> TraceTraffic::next() {
  if (next_ == points_.size()) {
    return std::nullopt;
  }
  const Duration before = next_ == 0 ? Duration::zero() : points_[next_ - 1].at;
  const Point& point = points_[next_++];
  return Emission{point.at - before, point.size};
}

}  // namespace violin
