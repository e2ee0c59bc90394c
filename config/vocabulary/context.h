// The block around a directive, which decides whether nginx allows the directive there. A plain
// value; config/grammar/shape.h computes it. Pure.
#pragma once

namespace mtls::config::vocabulary {

/// kData: inside a block whose lines are data (R1.20). kOpaque: inside a block of an unknown
/// module, where nothing is judged.
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
