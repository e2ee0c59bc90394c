// The syntax tree of an nginx configuration. Included files are already spliced in where their
// `include` stood. Plain values. Pure.
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
  bool has_variable = false;  // it contains an unescaped `$`
  // Of the word as written, its quotes included.
  ByteRange range = {};

  bool operator==(const Argument&) const = default;
};

/// One directive. Inside data blocks (map, geo, types, split_clients, charset_map; R1.20) every
/// line is a Directive too, but its name is data: ask `is_data_block(parent)` before you interpret
/// a child's name.
struct Directive {
  std::string name;
  std::vector<Argument> args;
  std::optional<std::vector<Directive>> block;
  base::SourceLocation at;   // of the name
  base::SourceLocation end;  // of the `;` or `{`: nginx's messages name this line (R1.9)
  // Of the `}` that closes a block; nullopt: the text ends before it.
  std::optional<base::SourceLocation> close = {};
  ByteRange word = {};  // of the name as written, its quotes included
  // From the first byte of the name to behind the `;` or `}`; of a block that never ends, to where
  // reading stopped.
  ByteRange range = {};
  // Position in nginx's reading order over all files; 0: parsed as a file of its own.
  std::uint32_t order = 0;
  // `order` of the last directive inside the block; its own `order` without a block.
  std::uint32_t last = 0;

  bool operator==(const Directive&) const = default;
};

/// Whether the inside of the block is data and not directives (R1.20).
bool is_data_block(const Directive& directive);

/// The moment at which nginx would say something; nginx stops at the first complaint. While nginx
/// reads, `order` alone counts. At the end of an http, stream or mail block nginx merges and loads,
/// module by module and server by server: then `order` is the block's `last`, and the other three
/// count from 1.
struct Moment {
  std::uint32_t order = 0;
  std::uint32_t module = 0;  // config/tls/merge_check.h numbers them
  std::uint32_t server = 0;  // counted from 1
  std::uint32_t step = 0;    // within the merge of one server

  auto operator<=>(const Moment&) const = default;
};

/// A complaint in nginx's words, without its ` in FILE:LINE` suffix. `at` is the location that
/// nginx would name.
struct Diagnostic {
  base::ErrorCode code = base::ErrorCode::kSyntax;
  std::string message;
  std::optional<base::SourceLocation> at;
  Moment when = {};
  /// Of the directive to edit, where nginx names no place or another one.
  std::optional<base::SourceLocation> edit_at = {};
  std::string path = {};  // of the file it is about, as nginx opens it; "" without one

  bool operator==(const Diagnostic&) const = default;
};

/// A comment that speaks to this program: `# mtls-exporter: TEXT`.
struct Note {
  std::string text;         // without the blanks around it
  base::SourceLocation at;  // of the `#`
  // The line of the name of the directive that it speaks of: the one that it stands behind, else
  // the one on the next line. 0: it stands behind a block's `}`.
  std::uint32_t line = 0;

  bool operator==(const Note&) const = default;
};

/// A file as a tree, or all files of a configuration. Errors are members, because a partial tree is
/// still worth auditing.
struct Document {
  std::vector<Directive> main;
  std::vector<Diagnostic> diagnostics;  // not empty: nginx would refuse this text
  // Absolute paths in the order of reading; a FileId is an index here.
  std::vector<std::string> files;
  // The directives of -g (R1.43); they are in no file, so their `at` means nothing.
  std::vector<Directive> globals = {};
  std::vector<Note> notes = {};  // of all files, each once, at most 10,000

  const std::string& path_of(base::FileId id) const {
    return files.at(static_cast<std::size_t>(id));
  }
  bool operator==(const Document&) const = default;
};

}  // namespace mtls::config::syntax
