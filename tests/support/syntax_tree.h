// What properties and fuzz targets ask of a syntax tree: it as text, it without its places, the
// order of its numbers. Knows config's types, not how they are made or read. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/syntax/ast.h"

namespace mtls::testing {

/// A text that parses to the same tree but for places: the inverse of config::parse(). Holds for
/// every tree that some text parses to, unless a word outgrows nginx's buffer (R1.5) by its
/// escapes.
std::string nginx_text(const std::vector<config::syntax::Directive>& directives);

/// The tree with every place zeroed, its numbers kept: equal for lone files that say the same.
std::vector<config::syntax::Directive> without_places(
    std::vector<config::syntax::Directive> directives);

/// Places and numbers as if all stood in one file, line N being directive N: what is left of a
/// Document when it does not matter which files it came from. Diagnostics keep their words only.
config::syntax::Document in_one_file(config::syntax::Document document);

/// `order` grows in reading order from 1, and `last` is of the last directive inside.
bool is_in_reading_order(const std::vector<config::syntax::Directive>& directives);

}  // namespace mtls::testing
