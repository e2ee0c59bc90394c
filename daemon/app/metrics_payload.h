// The families of a Snapshot as a body that scrapes share: compressed on the worker, piece by
// piece, and only the pieces that are new (ADR 18). One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "collectors/collect.h"
#include "daemon/app/published.h"

namespace mtls::daemon::app {

class MetricsPayload {
 public:
  /// `blackbox`: with the family of --compat.blackbox.
  explicit MetricsPayload(bool blackbox) : blackbox_(blackbox), collector_(blackbox) {}

  std::shared_ptr<const Payload> of(const std::shared_ptr<const audit::Snapshot>& snapshot);
  /// Lets go of everything; the next payload is made from scratch.
  void forget();

 private:
  using Texts = std::vector<collectors::Text>;
  /// One big family, or several small ones.
  struct Segment {
    std::vector<Texts> runs;             // each deflated as one
    std::vector<web::http::Part> parts;  // one for each run
    web::http::Part joined;
  };

  static std::vector<Segment> segments_of(const collectors::FamilyTexts& families);
  void pack(Segment& segment) const;

  bool blackbox_;
  collectors::Collector collector_;
  std::map<collectors::Text, Segment> known_;  // by first text
};

}  // namespace mtls::daemon::app
