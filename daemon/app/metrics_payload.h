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
  struct KnownFamily {
    std::vector<collectors::Text> texts;
    std::vector<web::http::Part> parts;  // one for each text
    web::http::Part joined;
  };
  using KnownFamilies = std::map<const collectors::FamilySpec*, KnownFamily>;

  KnownFamily packed(const collectors::FamilyText& family) const;

  bool blackbox_;
  collectors::Collector collector_;
  KnownFamilies known_;
};

}  // namespace mtls::daemon::app
