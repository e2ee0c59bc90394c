// What the observer counted since this process began, and what it knows now: all that the metrics
// of observed clients show. Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "running/client_line.h"
#include "running/observed_client.h"

namespace mtls::running {

/// ObservedClient::issuer_key, when no CA file here has the key that signed the certificate.
inline constexpr const char* kOtherKey = "other";
/// In its place for connections without a certificate.
inline constexpr const char* kNoKey = "none";

/// How long certificates still lived when they came, in seconds.
struct LifetimeHistogram {
  /// Those of Kubernetes' apiserver_client_certificate_expiration_seconds.
  static constexpr std::array<std::int64_t, 14> kBounds{
      0,       1'800,   3'600,   7'200,     21'600,    43'200,     86'400,
      172'800, 345'600, 604'800, 2'592'000, 7'776'000, 15'552'000, 31'104'000};

  std::array<std::uint64_t, kBounds.size() + 1> counts{};  // not cumulative; the last: above all
  double sum = 0;  // of what has ended nothing, so that it never falls

  void add(std::chrono::seconds left) {
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && left.count() > kBounds.at(bucket)) ++bucket;
    ++counts.at(bucket);
    sum += left.count() > 0 ? static_cast<double>(left.count()) : 0;
  }

  bool operator==(const LifetimeHistogram&) const = default;
};

/// At one server block.
struct ObservedAt {
  std::map<std::pair<std::string, LineVerify>, std::uint64_t> connections;  // by CA key
  std::map<std::string, std::size_t> clients;  // distinct ones, by CA key
  LifetimeHistogram lifetimes;
  bool is_covered = false;  // every way to its content sends the line
  // Full handshakes that ended as predicted, and otherwise.
  std::uint64_t agreed = 0;
  std::uint64_t differed = 0;
  // nullopt: none was compared since nginx last read its files.
  std::optional<bool> trust_matches = {};
  // Revoked by the CRL on the disk, and nginx let them in: in a full handshake, by resumption.
  std::array<std::uint64_t, 2> revoked_served{};

  bool operator==(const ObservedAt&) const = default;
};

struct ObservedCounts {
  std::uint64_t datagrams = 0;
  std::map<LineFault, std::uint64_t> rejected = {};
  std::chrono::sys_seconds since{};                   // when it began to listen
  std::map<ObservedServer, ObservedAt> servers = {};  // that ask for certificates

  bool operator==(const ObservedCounts&) const = default;
};

}  // namespace mtls::running
