// The syntax tree of an nginx configuration, includes already spliced in where they stood. Plain
// values. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/source.h"

namespace mtls::config {

struct Argument {
  std::string text;  // after nginx's unescaping (R1.4)
  base::SourceLocation at;
  bool quoted = false;
  bool has_variable = false;  // an unescaped `$` stands in it

  bool operator==(const Argument&) const = default;
};

/// One directive. Inside data blocks (map, geo, types, split_clients, charset_map; R1.20) every
/// line is a Directive too, whose name is data: ask `is_data_block(parent)` before reading meaning
/// into a child's name.
struct Directive {
  std::string name;
  std::vector<Argument> args;
  std::optional<std::vector<Directive>> block;
  base::SourceLocation at;   // of the name
  base::SourceLocation end;  // of the `;` or `{`: the line nginx names in its messages

  bool operator==(const Directive&) const = default;
};

/// True for blocks whose inside is not directives (R1.20).
bool is_data_block(const Directive& directive);

/// A complaint in nginx's words, without its ` in FILE:LINE` suffix; `at` is where nginx would say
/// it.
struct Diagnostic {
  base::ErrorCode code = base::ErrorCode::kSyntax;
  std::string message;
  std::optional<base::SourceLocation> at;

  bool operator==(const Diagnostic&) const = default;
};

/// Half a configuration is still worth auditing: errors are members.
struct Document {
  std::vector<Directive> main;
  std::vector<Diagnostic> diagnostics;  // non-empty: nginx would refuse this text
  std::vector<std::string> files;       // absolute paths, in the order read; FileId indexes here

  const std::string& path_of(base::FileId id) const {
    return files.at(static_cast<std::size_t>(id));
  }
  bool operator==(const Document&) const = default;
};

}  // namespace mtls::config
