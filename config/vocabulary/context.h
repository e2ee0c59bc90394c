// What surrounds a directive: the place of which nginx asks whether it may stand there. Pure.
#pragma once

namespace mtls::config::vocabulary {

/// kData: inside a block whose lines are data (R1.20). kOpaque: inside a block of a module we do
/// not know, where nothing is judged.
enum class Context {
  kMain,
  kEvents,
  kHttp,
  kHttpServer,
  kLocation,
  kServerIf,
  kLocationIf,
  kLimitExcept,
  kUpstream,  // of http
  kStream,
  kStreamServer,
  kStreamUpstream,
  kMail,
  kMailServer,
  kData,
  kOpaque,
};

}  // namespace mtls::config::vocabulary
