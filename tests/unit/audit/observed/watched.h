// An observer of a host in memory, and the lines that nginx would send it.
#pragma once

#include <string>

#include "audit/observed/observer.h"
#include "tests/unit/audit/observed/observed_fixture.h"

namespace mtls::audit_fixture {

using audit::observed::Instant;
using audit::observed::Observer;
using running::LineFault;
using running::LineVerify;

inline constexpr const char* kSocket = "/run/x.sock";

inline std::string escaped(const std::string& pem) {
  std::string text;
  for (const char c : pem) {
    text += c == '\n' ? "%0A" : c == ' ' ? "%20" : c == '+' ? "%2B" : std::string(1, c);
  }
  return text;
}

struct Line {
  std::string sni = "a.test";
  std::string verify = "SUCCESS";
  const Minted* own = nullptr;
  std::string port = "443";
  bool is_resumed = false;
  int second = 100;  // after kT0
};

inline std::string line(const Line& told) {
  const auto at = (kT0 + std::chrono::seconds{told.second}).time_since_epoch().count();
  return R"(<190>Dec  1 03:03:49 mtls: {"v":1,"on":"http","verify":")" + told.verify +
         R"(","sni":")" + told.sni + R"(","address":"192.0.2.1","port":")" + told.port +
         R"(","reused":")" + (told.is_resumed ? "r" : ".") + R"(","ended":")" + std::to_string(at) +
         R"(.500","lasted":"0.500","leaf":")" +
         (told.own != nullptr ? escaped(told.own->certificate_pem) : "") + "\"}";
}

/// A host whose server block a.test trusts Root A, and what is told of its clients.
struct Watched {
  Watched() : observer({.socket = kSocket, .limits = {}}, Instant{kT0}) {
    observer.follow(host.scratch(), Instant{kT0});
  }

  const running::ObservedAt& at(const std::string& server = "a.test") {
    counts = observer.counts();
    return counts.servers.at({.server = server, .listen = "0.0.0.0:443"});
  }
  std::uint64_t rejected(LineFault fault) { return observer.counts().rejected.at(fault); }

  Host host;
  Observer observer;
  running::ObservedCounts counts;
};

}  // namespace mtls::audit_fixture
