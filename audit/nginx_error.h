// What nginx would say about a configuration and stop at: why, about which file, in which words,
// where and when. Plain values. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/source.h"
#include "config/syntax/ast.h"

namespace mtls::audit {

/// Why nginx refuses.
enum class RefusalCause {
  kConfiguration,  // the words of the configuration, or what is not among them
  kMissingFile,    // ENOENT: what can be excused where a configuration is looked at away from its
                   // host (MissingFiles)
  kUnopenedFile,   // open() fails in another way, or what opens cannot be read
  kFileContent,    // the bytes are not what the loader looks for
  kRejectedFile,   // they are, and OpenSSL does not take them: its security level, another key
  kValue,          // a value that OpenSSL does not know
  kNotPermitted,   // this program may not read a file of the configuration; nginx's master can
};

/// Kept apart from the Document, which may be the last good one.
struct NginxError {
  std::string message;       // nginx's words, sanitized, without ` in FILE:LINE`
  std::string file;          // that nginx names in its message, "" where it names none
  std::uint32_t line = 0;    // from 1, 0 without a file
  std::uint32_t column = 0;  // from 1, 0: the whole line
  config::syntax::Moment when;
  RefusalCause cause = RefusalCause::kConfiguration;
  std::string path = {};  // of the file it is about, as nginx opens it; "" without one
  /// The directive that nginx was loading, in ConfigView::document, whether or not nginx names it;
  /// nullopt of what the text itself says, whose place is `file` and `line`.
  std::optional<base::SourceLocation> at = {};

  std::string text() const;  // as nginx prints it
  bool operator==(const NginxError&) const = default;
};

}  // namespace mtls::audit
