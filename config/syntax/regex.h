// A regular expression as nginx compiles and runs it (ngx_regex_compile(), ngx_regex_exec()), for
// server names, maps and locations. PCRE2 stays in regex.cc (ADR 10). Pure; safe for several
// threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mtls::config::syntax {

enum class Letters { kExact, kEitherCase };

enum class Match {
  kYes,
  kNo,
  kUndecided,  // it takes more steps than we allow; nginx might find an answer
};

class Regex {
 public:
  /// kSyntax with nginx's message: `pcre2_compile() failed: … in "…" at "…"`.
  static base::Result<Regex> compile(std::string_view pattern, Letters letters);

  /// Whether the pattern matches anywhere in `text`; bytes, not characters. Never fails: a lack of
  /// memory is kUndecided.
  Match match(std::string_view text) const;

  /// The number of capturing groups, named ones included.
  std::uint32_t captures() const;

  bool operator==(const Regex& other) const {
    return pattern_ == other.pattern_ && letters_ == other.letters_;
  }

 private:
  struct Code;

  Regex(std::string pattern, Letters letters, std::shared_ptr<const Code> code);

  std::string pattern_;
  Letters letters_;
  std::shared_ptr<const Code> code_;
};

}  // namespace mtls::config::syntax
