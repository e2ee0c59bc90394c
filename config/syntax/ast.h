// The syntax tree of an nginx configuration, includes already spliced in where they stood. Plain
// values. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/source.h"

namespace mtls::config::syntax {

/// Bytes of one file, from 0. No file is read that has 4 GiB (IncludeLimits::max_file_bytes).
struct ByteRange {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  std::uint32_t end() const { return offset + length; }
  bool operator==(const ByteRange&) const = default;
};

struct Argument {
  std::string text;  // after nginx's unescaping (R1.4)
  base::SourceLocation at;
  bool quoted = false;
  bool has_variable = false;  // an unescaped `$` stands in it
  ByteRange range = {};       // of the word as written, its quotes included

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
  std::optional<base::SourceLocation> close =
      {};                // of a block's `}`; nullopt: the text ends before it
  ByteRange word = {};   // of the name as written, its quotes included
  ByteRange range = {};  // from the first byte of the name to behind the `;` or `}`; of a block
                         // that never ends, to where reading stopped
  std::uint32_t order = 0;  // place in nginx's reading order, over all files; 0: a lone file
  std::uint32_t last = 0;   // order of the last directive inside it; its own without a block

  bool operator==(const Directive&) const = default;
};

/// True for blocks whose inside is not directives (R1.20).
bool is_data_block(const Directive& directive);

/// When nginx would say something; it stops at the first. While it reads: `order` alone. When a
/// http, stream or mail block ends it merges and loads, module by module, server by server: then
/// `order` is the block's `last`, and the other three are from 1.
struct Moment {
  std::uint32_t order = 0;
  std::uint32_t module = 0;  // config/tls/merge_check.h names them
  std::uint32_t server = 0;  // index among the servers, from 1
  std::uint32_t step = 0;    // within one server's merge

  auto operator<=>(const Moment&) const = default;
};

/// A complaint in nginx's words, without its ` in FILE:LINE` suffix; `at` is where nginx would say
/// it.
struct Diagnostic {
  base::ErrorCode code = base::ErrorCode::kSyntax;
  std::string message;
  std::optional<base::SourceLocation> at;
  Moment when = {};

  bool operator==(const Diagnostic&) const = default;
};

/// Half a configuration is still worth auditing: errors are members.
struct Document {
  std::vector<Directive> main;
  std::vector<Diagnostic> diagnostics;  // non-empty: nginx would refuse this text
  std::vector<std::string> files;       // absolute paths, in the order read; FileId indexes here
  std::vector<Directive> globals = {};  // of -g, which stand in no file: their `at` says nothing

  const std::string& path_of(base::FileId id) const {
    return files.at(static_cast<std::size_t>(id));
  }
  bool operator==(const Document&) const = default;
};

}  // namespace mtls::config::syntax
