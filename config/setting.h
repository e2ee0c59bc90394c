// A value that a directive sets, with the line that caused it, and what a file's name in the
// configuration can be. Plain values; how they come about is config/tls. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/source.h"

namespace mtls::config {

enum class Module { kHttp, kStream, kMail };
enum class Provenance { kDefault, kInherited, kLocal };

std::string_view word(Module module);          // http stream mail
std::string_view word(Provenance provenance);  // default inherited local

/// An effective value and the line that caused it.
template <class T>
struct Setting {
  T value{};
  Provenance provenance = Provenance::kDefault;
  std::optional<base::SourceLocation> at;

  bool operator==(const Setting&) const = default;
};

/// A file that can be looked at: the path nginx opens, absolute, not normalised (R1.42).
struct StaticPath {
  std::string path;
  bool operator==(const StaticPath&) const = default;
};

/// `$variables`, `data:`, `engine:`, `store:`: known only at handshake time. A fact, not an error.
struct RuntimePath {
  std::string text;
  // The files it can come to where its variable has literal values only
  // (config/tls/runtime_path.h), absolute; empty: not known.
  std::vector<std::string> followed = {};

  bool operator==(const RuntimePath&) const = default;
};

using FileRef = std::variant<StaticPath, RuntimePath>;

/// What one directive comes to, as text: `on`, `TLSv1.2 TLSv1.3`, an absolute path; several of an
/// array with `, ` between them; "" for nothing.
struct NamedSetting {
  std::string_view directive;  // of the table in config/grammar/directive_table.h
  Setting<std::string> effective;

  bool operator==(const NamedSetting&) const = default;
};

}  // namespace mtls::config
