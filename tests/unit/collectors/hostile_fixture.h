// One host whose CA file, or CRL, holds what no CA would issue, and what the metrics say of it.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "base/text.h"
#include "collectors/collect.h"
#include "tests/support/der.h"
#include "tests/support/metrics_text.h"
#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::hostile {

namespace der = testing::der;
using audit_fixture::Host;
using audit_fixture::kBundle;
using audit_fixture::kCrl;
using audit_fixture::kT0;
using testing::Sample;

/// A CA that is its own issuer.
inline der::CertificateFields authority(const der::Bytes& name) {
  return {.issuer = name, .subject = name, .extensions = {der::ca_extension()}};
}

/// What Prometheus would take: valid text, no series twice, every label short and valid UTF-8.
class Metrics {
 public:
  explicit Metrics(const audit::Snapshot& snapshot, const audit::Limits& limits = {})
      : Metrics(collectors::render(collectors::collect(snapshot, limits).families)) {}

  explicit Metrics(const std::string& text) : samples_(testing::parse_metrics(text)) {
    CHECK(testing::as_prometheus_cpp_writes(text) == text);
    CHECK(testing::duplicates(samples_).empty());
    for (const Sample& sample : samples_) check_labels(sample);
  }

  std::vector<Sample> all(const std::string& family, const testing::Labels& labels = {}) const {
    return testing::find(samples_, "nginx_mtls_" + family, labels);
  }
  double problem(const std::string& name) const {
    return all("bundle_problems", {{"path", kBundle}, {"problem", name}}).at(0).value;
  }
  double state(const std::string& name) const {
    return all("bundle_certificates", {{"path", kBundle}, {"state", name}}).at(0).value;
  }
  /// Of the only certificate.
  std::string common_name() const { return all("ca_info").at(0).labels.at("subject_cn"); }

 private:
  static void check_labels(const Sample& sample) {
    for (const auto& [name, value] : sample.labels) {
      const std::size_t limit = name == "path" ? base::kMaxPathBytes : base::kMaxLabelBytes;
      INFO(sample.name << " " << name << " " << value);
      CHECK(base::sanitize(value, limit) == value);
    }
  }

  std::vector<Sample> samples_;
};

inline Host host_with_bundle(const std::string& pem) {
  Host host;
  host.disk.put(kBundle, pem);
  return host;
}

inline Metrics metrics_of_bundle(const std::string& pem, const audit::Limits& limits = {}) {
  return Metrics(*host_with_bundle(pem).scratch(), limits);
}

inline Metrics metrics_of(const der::CertificateFields& fields) {
  return metrics_of_bundle(der::certificate_pem(fields));
}

inline Host host_with_crl(const std::string& pem) {
  Host host;
  host.conf(
      audit_fixture::http_server(std::string(audit_fixture::kVerifyOn) + " ssl_crl clients.crl;"));
  host.disk.put(kCrl, pem);
  return host;
}

/// Of this process, whoever else is busy.
inline double cpu_seconds() {
  std::timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// Twice the content takes at most 2.5 times as long, both measured in turns and at their best:
/// another process on the same core makes this one slower for a while, never faster.
inline void check_in_proportion(Host& half, Host& whole) {
  constexpr double kMaxRatio = 2.5;
  constexpr int kMaxRounds = 20;
  const auto seconds_of = [](Host& host) {
    const double begin = cpu_seconds();
    const Metrics metrics(*host.scratch());
    return cpu_seconds() - begin;
  };
  double best_of_half = seconds_of(half);
  double best_of_whole = seconds_of(whole);
  for (int i = 1; i < kMaxRounds && best_of_whole > kMaxRatio * best_of_half; ++i) {
    best_of_half = std::min(best_of_half, seconds_of(half));
    best_of_whole = std::min(best_of_whole, seconds_of(whole));
  }
  CHECK(best_of_whole <= kMaxRatio * best_of_half);
}

}  // namespace mtls::hostile
