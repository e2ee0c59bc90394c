// What properties and fuzz targets need of a syntax tree: its text, a copy without locations, the
// order of its numbers. Knows config's types, not how they are made or read. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/syntax/ast.h"

namespace mtls::testing {

/// A text that parses to the same tree except for locations: the inverse of
/// config::syntax::parse(). Holds for every tree that some text parses to, unless the escapes make
/// a word exceed nginx's buffer (R1.5).
std::string nginx_text(const std::vector<config::syntax::Directive>& directives);

/// The tree with every location set to zero and its numbers kept: equal for files that say the
/// same.
std::vector<config::syntax::Directive> without_places(
    std::vector<config::syntax::Directive> directives);

/// Locations and numbers as if everything were in one file, with directive N on line N. For
/// Documents that should be equal whichever files they came from. Of diagnostics only the words
/// remain.
config::syntax::Document in_one_file(config::syntax::Document document);

/// Whether `order` grows from 1 in reading order, and `last` is that of the last directive inside.
bool is_in_reading_order(const std::vector<config::syntax::Directive>& directives);

}  // namespace mtls::testing
