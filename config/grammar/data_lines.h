// The lines of data blocks (R1.20): map, geo, types, split_clients and charset_map, of http and
// stream. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/syntax/ast.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {

/// What one block of data has had so far.
struct DataSeen {
  std::set<std::string> keys = {};  // of a map, as nginx compares them
  bool has_default = false;
  bool has_switch = false;  // `hostnames` in a map, `ranges` in a geo
};

/// The complaint about `line`, a line of the data block with the name `block`. `seen` belongs to
/// that block and is updated.
std::optional<std::string> data_line_error(const std::string& block, const syntax::Directive& line,
                                           DataSeen& seen, const vocabulary::Release& release = {});
/// The part of it that is about the number of words.
std::optional<std::string> data_form_error(const std::string& block, const syntax::Directive& line,
                                           const vocabulary::Release& release = {});

}  // namespace mtls::config::grammar
